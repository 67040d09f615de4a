/** 400 days: a backup each night, now and then one by hand, then retention. */

import { defaultPolicy } from "../../conat-api/index.js";
import {
  pinsLeft,
  planRetention,
  type RetentionBackup,
  type RetentionPolicy,
} from "../../lib/jobs/retention/index.js";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const begin = Date.parse("2026-01-01T00:00Z");

interface Life {
  kept: RetentionBackup[];
  made: RetentionBackup[];
  dropped: { backup: RetentionBackup; drop: string | null }[];
}

/** `look` sees what is kept after each backup and each retention. */
function live(
  policy: RetentionPolicy,
  max_backups: number | null,
  look: (life: Life, now: number) => void,
): Life {
  const life: Life = { kept: [], made: [], dropped: [] };
  const make = (time: number, changes: Partial<RetentionBackup>) => {
    const backup: RetentionBackup = {
      ...{ backup_id: `${life.made.length}`, time, trigger: "scheduled" },
      ...{ pinned: false, unproven: false, warnings_count: 0 },
      ...changes,
    };
    life.made.push(backup);
    life.kept.push(backup);
    look(life, time);
    retain(life, policy, max_backups, time);
    look(life, time);
  };
  for (let day = 0; day < 400; day++) {
    const warnings_count = day % 5 === 0 ? 2 : 0;
    make(begin + day * dayMs + 3 * hourMs, { warnings_count });
    if (day % 11 !== 4) continue;
    const pinned = day % 3 === 0 && pinsLeft(life.kept, max_backups) > 0;
    make(begin + day * dayMs + 15 * hourMs, { trigger: "manual", pinned });
  }
  return life;
}

function retain(
  life: Life,
  policy: RetentionPolicy,
  max_backups: number | null,
  now: number,
): void {
  const options = { now, max_backups, time_zone: "Europe/Vienna" };
  for (const { backup_id, drop } of planRetention(life.kept, policy, options)) {
    if (drop === null) continue;
    const index = life.kept.findIndex((one) => one.backup_id === backup_id);
    const [backup] = life.kept.splice(index, 1);
    if (backup) life.dropped.push({ backup, drop });
  }
}

describe.each([4, 8])("with a quota of %i", (quota) => {
  test("the newest good one is there at every instant, pins stay, and there is always room", () => {
    let most = 0;
    const { made, kept } = live(defaultPolicy, quota, (life) => {
      const newest = life.made.at(-1);
      expect(life.kept.at(-1)).toBe(newest);
      const whole = (one: RetentionBackup) => one.warnings_count === 0;
      expect(life.kept.findLast(whole)).toBe(life.made.findLast(whole));
      most = Math.max(most, life.kept.length);
    });
    // The new one is in before the oldest goes.
    expect(most).toBe(quota + 1);
    const pinned = made.filter(({ pinned }) => pinned);
    expect(pinned).toHaveLength(quota - 2);
    for (const one of pinned) expect(kept).toContain(one);
  });

  test("the rule for scheduled ones takes none that somebody asked for", () => {
    const { dropped } = live(defaultPolicy, quota, () => {});
    const asked = dropped.filter(({ backup }) => backup.trigger === "manual");
    expect(asked.map(({ drop }) => drop)).not.toContain("policy");
    expect(asked.every(({ backup }) => !backup.pinned)).toBe(true);
  });
});

describe("without a quota", () => {
  test("all that somebody asked for stay, and of the others what the policy says", () => {
    const { made, kept, dropped } = live(defaultPolicy, null, () => {});
    const asked = made.filter(({ trigger }) => trigger === "manual");
    expect(asked.length).toBeGreaterThan(30);
    expect(kept.filter(({ trigger }) => trigger === "manual")).toEqual(asked);
    expect(dropped.every(({ drop }) => drop === "policy")).toBe(true);
    const rest = kept.filter(({ trigger }) => trigger !== "manual");
    const days = rest.map(({ time }) => Math.floor((time - begin) / dayMs));
    // The last 14 days; Sundays and ends of months; the end of a year.
    expect(days).toEqual([
      ...[89, 119, 150, 180, 211, 242, 272, 303, 333],
      ...[353, 360, 364, 367, 374, 381],
      ...Array.from({ length: 14 }, (_, index) => 386 + index),
    ]);
  });

  test("an empty policy leaves everything", () => {
    const keep = { ...defaultPolicy.keep, last: 0, daily: 0, weekly: 0 };
    const policy = {
      ...defaultPolicy,
      keep: { ...keep, monthly: 0, yearly: 0 },
    };
    const { made, kept } = live(policy, null, () => {});
    expect(kept).toEqual(made);
  });
});
