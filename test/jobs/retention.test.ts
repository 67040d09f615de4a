import {
  defaultPolicy,
  type ManualRetention,
  type Retention,
} from "../../conat-api/index.js";
import {
  isEmptyRetention,
  pinsLeft,
  planRetention,
  type RetentionBackup,
  type RetentionOptions,
} from "../../lib/jobs/retention/index.js";

const now = Date.parse("2026-07-15T12:00Z");
const nothing: Retention = {
  ...{ last: 0, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 },
};
const all: ManualRetention = { last: null, days: 0 };

/** A scheduled backup, named by its time: `2026-07-14T03:00`. */
function backup(
  name: string,
  changes: Partial<RetentionBackup> = {},
): RetentionBackup {
  return {
    ...{ backup_id: name, time: Date.parse(`${name}Z`), trigger: "scheduled" },
    ...{ pinned: false, unproven: false, warnings_count: 0 },
    ...changes,
  };
}

interface Rules extends Partial<RetentionOptions> {
  keep?: Partial<Retention>;
  keep_manual?: ManualRetention;
}

/** Why each is kept, or for what it goes. */
function plan(
  backups: RetentionBackup[],
  { keep, keep_manual = all, ...options }: Rules = {},
): Record<string, string> {
  const policy = { keep: { ...nothing, ...keep }, keep_manual };
  const decisions = planRetention(backups, policy, {
    ...{ now, time_zone: "UTC" },
    ...options,
  });
  return Object.fromEntries(
    decisions.map(({ backup_id, keep, drop }) => [
      backup_id,
      drop ?? keep.join(" "),
    ]),
  );
}

const manual = { trigger: "manual" } as const;
const pinned = { pinned: true };
const unproven = { unproven: true };
const warned = { warnings_count: 3 };

describe("the rule for scheduled backups", () => {
  test("never takes the one that was made last, whatever a clock said", () => {
    const ahead = backup("2026-07-14T09:00");
    const last = backup("2026-07-13T09:00");
    const old = backup("2026-07-12T09:00");
    const rules = { keep: { last: 1 }, last_id: last.backup_id };
    expect(plan([ahead, last, old], rules)).toEqual({
      "2026-07-14T09:00": "newest last",
      "2026-07-13T09:00": "newest",
      "2026-07-12T09:00": "policy",
    });
    expect(plan([ahead, last, old], { ...rules, max_backups: 1 })).toEqual({
      "2026-07-14T09:00": "newest last",
      "2026-07-13T09:00": "newest",
      "2026-07-12T09:00": "policy",
    });
  });

  test("keeps the newest of each span, and says all reasons", () => {
    const times = [
      ...["2024-12-31T03:00", "2025-11-02T03:00", "2026-05-31T03:00"],
      ...["2026-06-29T03:00", "2026-07-05T03:00", "2026-07-06T03:00"],
      ...["2026-07-13T03:00", "2026-07-14T03:00", "2026-07-14T15:00"],
      ...["2026-07-15T03:00", "2026-07-15T09:10", "2026-07-15T09:50"],
    ];
    const backups = times.map((time) => backup(time));
    const keep: Retention = {
      ...{ last: 2, hourly: 2, daily: 3, weekly: 3, monthly: 3, yearly: 3 },
    };
    expect(plan(backups, { keep })).toEqual({
      "2026-07-15T09:50": "newest last hourly daily weekly monthly yearly",
      "2026-07-15T09:10": "last",
      "2026-07-15T03:00": "hourly",
      "2026-07-14T15:00": "daily",
      "2026-07-14T03:00": "policy",
      "2026-07-13T03:00": "daily",
      // Monday the 6th; Sunday the 5th ends the week before.
      "2026-07-06T03:00": "weekly",
      "2026-07-05T03:00": "weekly",
      "2026-06-29T03:00": "monthly",
      "2026-05-31T03:00": "monthly",
      "2025-11-02T03:00": "yearly",
      "2024-12-31T03:00": "yearly",
    });
  });

  test("counts only spans that have a backup", () => {
    const backups = ["2020-01-01T03:00", "2023-01-01T03:00"].map((time) =>
      backup(time),
    );
    expect(plan(backups, { keep: { daily: 2 } })).toEqual({
      "2023-01-01T03:00": "newest daily",
      "2020-01-01T03:00": "daily",
    });
  });

  test("has its days begin at midnight of the time zone", () => {
    const backups = [
      ...[backup("2026-07-13T21:30"), backup("2026-07-13T22:30")],
      backup("2026-07-14T21:30"),
    ];
    const keep = { daily: 2 };
    expect(plan(backups, { keep, time_zone: "UTC" })).toEqual({
      "2026-07-14T21:30": "newest daily",
      "2026-07-13T22:30": "daily",
      "2026-07-13T21:30": "policy",
    });
    expect(plan(backups, { keep, time_zone: "Europe/Vienna" })).toEqual({
      "2026-07-14T21:30": "newest daily",
      "2026-07-13T22:30": "policy",
      "2026-07-13T21:30": "daily",
    });
  });

  test("takes an hour that the clock shows twice for two", () => {
    const backups = [backup("2025-10-26T00:30"), backup("2025-10-26T01:30")];
    const keep = { hourly: 2 };
    expect(plan(backups, { keep, time_zone: "Europe/Vienna" })).toEqual({
      "2025-10-26T01:30": "newest hourly",
      "2025-10-26T00:30": "hourly",
    });
  });

  test("is not used up by manual, pinned and unproven ones", () => {
    const backups = [
      backup("2026-07-10T03:00"),
      backup("2026-07-11T03:00"),
      backup("2026-07-12T03:00"),
      backup("2026-07-12T05:00", unproven),
      backup("2026-07-13T03:00", pinned),
      backup("2026-07-14T03:00", manual),
    ];
    expect(plan(backups, { keep: { last: 1, daily: 1 } })).toEqual({
      "2026-07-14T03:00": "newest manual",
      "2026-07-13T03:00": "pinned",
      "2026-07-12T05:00": "unproven",
      "2026-07-12T03:00": "last daily",
      "2026-07-11T03:00": "policy",
      "2026-07-10T03:00": "policy",
    });
  });

  test("covers retries", () => {
    const retry = { trigger: "retry" } as const;
    const backups = [
      backup("2026-07-10T03:00", retry),
      backup("2026-07-11T03:00"),
    ];
    expect(plan(backups, { keep: { last: 1 } })).toMatchObject({
      "2026-07-10T03:00": "policy",
    });
  });
});

describe("the rule for backups that somebody asked for", () => {
  const times = ["2026-06-01T03:00", "2026-07-01T03:00", "2026-07-14T03:00"];
  const asked = times.map((time) => backup(time, manual));
  const newest = backup("2026-07-15T03:00");
  const [oldest = "", middle = "", youngest = ""] = times;
  const kept = (keep_manual: ManualRetention, backups = asked) =>
    plan([...backups, newest], { keep: { last: 1 }, keep_manual });

  test("keeps all by default", () => {
    expect(Object.values(kept(defaultPolicy.keep_manual))).toEqual([
      ...["newest last", "manual", "manual", "manual"],
    ]);
  });

  test("keeps the newest so many, and all that are young enough", () => {
    expect(kept({ last: 1, days: 0 })).toMatchObject({
      ...{ [youngest]: "manual", [middle]: "policy", [oldest]: "policy" },
    });
    expect(kept({ last: 0, days: 15 })).toMatchObject({
      ...{ [youngest]: "manual", [middle]: "manual", [oldest]: "policy" },
    });
    // By the hour: that one is 14 days and 9 hours old.
    expect(kept({ last: 0, days: 14 })).toMatchObject({ [middle]: "policy" });
    expect(kept({ last: 2, days: 1 })).toMatchObject({
      ...{ [youngest]: "manual", [middle]: "manual", [oldest]: "policy" },
    });
  });

  test("takes nothing if it is empty", () => {
    expect(kept({ last: 0, days: 0 })).toMatchObject({ [oldest]: "no_rule" });
  });

  test.each(["hub", null] as const)("covers those of trigger %s", (trigger) => {
    const backups = asked.map((one) => ({ ...one, trigger }));
    expect(kept(all, backups)).toMatchObject({ [oldest]: "manual" });
  });
});

describe("no rule takes", () => {
  const keep = { last: 1 };

  test("a pinned one", () => {
    const backups = [
      backup("2020-01-01T03:00", pinned),
      backup("2026-07-14T03:00"),
      backup("2026-07-15T03:00"),
    ];
    expect(plan(backups, { keep, max_backups: 1 })).toEqual({
      "2026-07-15T03:00": "newest last",
      "2026-07-14T03:00": "policy",
      "2020-01-01T03:00": "pinned",
    });
  });

  test("the newest good one, nor what is newer and unproven", () => {
    const backups = [
      backup("2026-07-12T03:00"),
      backup("2026-07-13T03:00", manual),
      backup("2026-07-14T03:00", unproven),
      backup("2026-07-15T03:00", unproven),
    ];
    const keep_manual = { last: 0, days: 1 };
    expect(plan(backups, { keep, keep_manual, max_backups: 1 })).toEqual({
      "2026-07-15T03:00": "unproven",
      "2026-07-14T03:00": "unproven",
      "2026-07-13T03:00": "newest",
      "2026-07-12T03:00": "quota",
    });
  });

  test("the newest one that could read all", () => {
    const backups = [
      backup("2026-07-12T03:00"),
      backup("2026-07-13T03:00"),
      backup("2026-07-14T03:00", { warnings_count: null }),
      backup("2026-07-15T03:00", warned),
    ];
    expect(plan(backups, { keep, max_backups: 1 })).toEqual({
      "2026-07-15T03:00": "newest last",
      "2026-07-14T03:00": "policy",
      "2026-07-13T03:00": "newest",
      "2026-07-12T03:00": "policy",
    });
  });

  test("anything where it keeps nothing", () => {
    const backups = [backup("2020-01-01T03:00"), backup("2026-07-15T03:00")];
    expect(plan(backups)).toEqual({
      "2026-07-15T03:00": "newest no_rule",
      "2020-01-01T03:00": "no_rule",
    });
  });
});

describe("a quota", () => {
  const keep = { daily: 9 };
  const backups = [
    backup("2026-07-09T03:00", manual),
    backup("2026-07-10T03:00", pinned),
    backup("2026-07-11T03:00"),
    backup("2026-07-12T03:00", manual),
    backup("2026-07-13T03:00"),
    backup("2026-07-14T03:00"),
  ];
  const gone = (max_backups: number | null) =>
    Object.entries(plan(backups, { keep, max_backups }))
      .filter(([, reason]) => reason === "quota")
      .map(([name]) => name.slice(8, 10));

  test("drops the oldest first, and what nobody asked for before the rest", () => {
    expect(gone(null)).toEqual([]);
    expect(gone(6)).toEqual([]);
    expect(gone(5)).toEqual(["11"]);
    expect(gone(4)).toEqual(["13", "11"]);
    expect(gone(3)).toEqual(["13", "11", "09"]);
    expect(gone(2)).toEqual(["13", "12", "11", "09"]);
  });

  test("is exceeded rather than take what is protected", () => {
    expect(gone(1)).toEqual(["13", "12", "11", "09"]);
  });

  test("counts what the rules leave", () => {
    const rules = { keep: { last: 2 }, max_backups: 5 };
    expect(Object.values(plan(backups, rules))).not.toContain("quota");
  });

  test("holds where no rule takes anything, too", () => {
    const found = plan(backups, { max_backups: 5 });
    expect(found["2026-07-11T03:00"]).toBe("quota");
  });

  test("leaves two places free of pins", () => {
    const pins = (count: number) => Array.from({ length: count }, () => pinned);
    expect(pinsLeft([], 4)).toBe(2);
    expect(pinsLeft([...pins(1), { pinned: false }], 4)).toBe(1);
    expect(pinsLeft(pins(2), 4)).toBe(0);
    expect(pinsLeft(pins(9), 4)).toBe(0);
    expect(pinsLeft([], 1)).toBe(0);
    expect(pinsLeft(pins(9), null)).toBe(Infinity);
  });
});

describe("backups that are dated later than now", () => {
  const later = (year: number) =>
    Array.from({ length: 8 }, (_, day) =>
      backup(`${year}-07-0${day + 1}T03:00`),
    );
  const present = ["2026-07-13T03:00", "2026-07-14T03:00"].map((time) =>
    backup(time),
  );

  test("are kept, and use up no place of the others", () => {
    const found = plan([...later(2027), ...present], { keep: { last: 2 } });
    expect(found).toMatchObject({
      "2027-07-08T03:00": "newest future",
      "2027-07-07T03:00": "future",
      "2026-07-14T03:00": "newest last",
      "2026-07-13T03:00": "last",
    });
  });

  test("go before the others where a quota is full", () => {
    const rules = { keep: { last: 2 }, max_backups: 4 };
    expect(plan([...later(2027), ...present], rules)).toMatchObject({
      "2027-07-08T03:00": "newest future",
      "2027-07-07T03:00": "future",
      "2027-07-06T03:00": "quota",
      "2026-07-14T03:00": "newest last",
      "2026-07-13T03:00": "last",
    });
  });
});

test.each([
  [nothing, true],
  [{ ...nothing, yearly: 1 }, false],
  [{ ...nothing, last: 1 }, false],
  [defaultPolicy.keep, false],
])("a policy that keeps nothing can be told", (keep, empty) => {
  expect(isEmptyRetention({ keep })).toBe(empty);
});

test("there may be no backup at all", () => {
  expect(planRetention([], defaultPolicy, { now, max_backups: 1 })).toEqual([]);
});
