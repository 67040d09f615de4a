/** I7: what retention never takes, whatever a project has. */

import * as fc from "fast-check";
import type { RetentionDecision } from "../../conat-api/index.js";
import {
  planRetention,
  type RetentionBackup,
  type RetentionPolicy,
} from "../../lib/jobs/retention/index.js";

const hourMs = 3_600_000;
const now = Date.parse("2026-10-25T12:00Z");

interface Case {
  backups: RetentionBackup[];
  policy: RetentionPolicy;
  max_backups: number | null;
  time_zone: string;
}

const count = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 6 }));

const backups = fc.uniqueArray(
  fc.record({
    backup_id: fc.integer({ min: 0, max: 999 }).map(String),
    // Some at the same instant, some later than now.
    time: fc
      .integer({ min: -3000, max: 30 })
      .map((hours) => now + hours * 7 * hourMs),
    trigger: fc.constantFrom("scheduled", "manual", "hub", "retry", null),
    pinned: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
    unproven: fc.integer({ min: 0, max: 9 }).map((chance) => chance < 2),
    warnings_count: fc.constantFrom(0, 0, 1, null),
  }),
  { selector: ({ backup_id }) => backup_id, maxLength: 40 },
);

const cases: fc.Arbitrary<Case> = fc.record({
  backups,
  policy: fc.record({
    keep: fc.record({
      ...{ last: count, hourly: count, daily: count },
      ...{ weekly: count, monthly: count, yearly: count },
    }),
    keep_manual: fc.record({
      last: fc.option(count),
      days: fc.constantFrom(0, 0, 3, 90),
    }),
  }),
  max_backups: fc.option(fc.integer({ min: 1, max: 20 })),
  time_zone: fc.constantFrom("UTC", "Europe/Vienna", "America/Santiago"),
});

function plan(
  { policy, max_backups, time_zone }: Omit<Case, "backups">,
  backups: readonly RetentionBackup[],
): RetentionDecision[] {
  return planRetention(backups, policy, { now, max_backups, time_zone });
}

function keptOf(one: Case, backups: readonly RetentionBackup[] = one.backups) {
  const kept = new Set(
    plan(one, backups)
      .filter(({ drop }) => drop === null)
      .map(({ backup_id }) => backup_id),
  );
  return backups.filter(({ backup_id }) => kept.has(backup_id));
}

function check(holds: (one: Case) => void): void {
  fc.assert(fc.property(cases, holds), { numRuns: 500 });
}

const newestOf = (backups: readonly RetentionBackup[]) =>
  backups.reduce<RetentionBackup | undefined>(
    (newest, one) => (newest && newest.time >= one.time ? newest : one),
    undefined,
  );

test("each backup has one decision, newest first: reasons to keep it, or one to drop it", () => {
  check((one) => {
    const decisions = plan(one, one.backups);
    const times = decisions.map(({ backup_id }) => {
      return one.backups.find((backup) => backup.backup_id === backup_id)?.time;
    });
    expect(times).toEqual(
      one.backups.map(({ time }) => time).toSorted((a, b) => b - a),
    );
    for (const { keep, drop } of decisions) {
      expect(keep.length === 0).toBe(drop !== null);
      expect(new Set(keep).size).toBe(keep.length);
    }
  });
});

test("no pinned and no unproven one is ever taken", () => {
  check((one) => {
    const firm = one.backups.filter((one) => one.pinned || one.unproven);
    expect(keptOf(one)).toEqual(expect.arrayContaining(firm));
  });
});

test("the newest good one is never taken, of those up to now either, nor the newest whole one", () => {
  check((one) => {
    const kept = keptOf(one);
    const times = (backups: RetentionBackup[]) => newestOf(backups)?.time;
    const good = ({ unproven }: RetentionBackup) => !unproven;
    const past = ({ time }: RetentionBackup) => time <= now;
    const whole = ({ warnings_count }: RetentionBackup) => warnings_count === 0;
    for (const filter of [
      good,
      (one: RetentionBackup) => good(one) && past(one),
      (one: RetentionBackup) => good(one) && whole(one),
      (one: RetentionBackup) => good(one) && past(one) && whole(one),
    ]) {
      expect(times(kept.filter(filter))).toBe(
        times(one.backups.filter(filter)),
      );
    }
  });
});

test("without a quota what is dated later than now is kept", () => {
  check((one) => {
    const future = one.backups.filter(({ time }) => time > now);
    const kept = keptOf({ ...one, max_backups: null });
    expect(kept).toEqual(expect.arrayContaining(future));
  });
});

test("an empty policy takes nothing", () => {
  const none = {
    last: 0,
    hourly: 0,
    daily: 0,
    weekly: 0,
    monthly: 0,
    yearly: 0,
  };
  check((one) => {
    for (const last of [0, null]) {
      const policy = { keep: none, keep_manual: { last, days: 0 } };
      const empty = { ...one, policy, max_backups: null };
      expect(keptOf(empty)).toEqual(one.backups);
    }
  });
});

test("a quota is kept, or all that is left is protected", () => {
  check((one) => {
    const kept = plan(one, one.backups).filter(({ drop }) => drop === null);
    if (one.max_backups === null || kept.length <= one.max_backups) return;
    for (const { keep } of kept) {
      expect(
        keep.some((reason) =>
          ["pinned", "newest", "unproven"].includes(reason),
        ),
      ).toBe(true);
    }
  });
});

test("a quota takes no more than it must, and nothing asked for before all else is gone", () => {
  check((one) => {
    const decisions = plan(one, one.backups);
    const over = decisions.filter(({ drop }) => drop === "quota");
    if (over.length === 0) return;
    const kept = decisions.filter(({ drop }) => drop === null);
    expect(kept.length).toBeGreaterThanOrEqual(one.max_backups ?? 0);
    const asked = (backup_id: string) => {
      const trigger = one.backups.find(
        (backup) => backup.backup_id === backup_id,
      )?.trigger;
      return trigger !== "scheduled" && trigger !== "retry";
    };
    if (!over.some(({ backup_id }) => asked(backup_id))) return;
    for (const { backup_id, keep } of kept) {
      const firm = keep.some((reason) =>
        ["pinned", "newest", "unproven"].includes(reason),
      );
      expect(firm || asked(backup_id)).toBe(true);
    }
  });
});

test("planned again on what was kept, nothing more goes", () => {
  check((one) => {
    const kept = keptOf(one);
    expect(keptOf(one, kept)).toEqual(kept);
  });
});

test("the order in which backups come does not matter, and none is changed", () => {
  check((one) => {
    one.backups.forEach((backup) => Object.freeze(backup));
    Object.freeze(one.backups);
    const decisions = plan(one, one.backups);
    expect(plan(one, one.backups.toReversed())).toEqual(decisions);
  });
});

test("a newer backup costs no pinned one, and brings back none that went", () => {
  check((one) => {
    const newer: RetentionBackup = {
      ...{ backup_id: "new", time: now, trigger: "scheduled", pinned: false },
      ...{ unproven: false, warnings_count: 0 },
    };
    const more = [...one.backups, newer];
    const pinned = one.backups.filter((backup) => backup.pinned);
    expect(keptOf(one, more)).toEqual(expect.arrayContaining(pinned));
    const ruled = { ...one, max_backups: null };
    const before = [...keptOf(ruled), newer];
    expect(before).toEqual(expect.arrayContaining(keptOf(ruled, more)));
  });
});
