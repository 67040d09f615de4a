import { createIntl } from "react-intl";
import {
  defaultPolicy,
  DropReason,
  KeepReason,
  Policy,
} from "../../conat-api/index.js";
import {
  draftOf,
  errorsOf,
  type PolicyDraft,
  policyOf,
} from "../../frontend/policy-draft.js";
import { decisionWords } from "../../frontend/policy-words.js";
import { say } from "../../frontend/sentence.js";

const intl = createIntl({ locale: "en", timeZone: "UTC" });

const own: Policy = {
  enabled: false,
  schedule: {
    type: "cron",
    expression: "0 3 * * *",
    time_zone: "Europe/Vienna",
  },
  keep: { last: 1, hourly: 2, daily: 3, weekly: 4, monthly: 5, yearly: 6 },
  keep_manual: { last: 7, days: 8 },
  excludes: ["*.tmp", "/cache/"],
};

test.each([defaultPolicy, own])(
  "a policy that is not touched stays as it is",
  (policy) => {
    const draft = draftOf(policy);
    expect(errorsOf(draft)).toEqual({});
    expect(policyOf(draft)).toEqual(policy);
  },
);

test("blanks around what was typed, and empty lines, mean nothing", () => {
  const draft = draftOf(own);
  const typed = {
    ...draft,
    expression: " 0 3 * * *  ",
    time_zone: " ",
    keep: { ...draft.keep, daily: " 3 " },
    excludes: "\n  *.tmp \n\n/cache/\n",
  };
  expect(errorsOf(typed)).toEqual({});
  const { schedule, ...others } = policyOf(typed);
  expect(schedule).toEqual({ type: "cron", expression: "0 3 * * *" });
  expect(others).toEqual({ ...own, schedule: undefined });
});

test.each<[Partial<PolicyDraft>, string, RegExp]>([
  [{ expression: "" }, "expression", /five fields/],
  [{ expression: "0 3 * *" }, "expression", /five fields/],
  [{ expression: "0 0 3 * * * *" }, "expression", /five fields/],
  [{ time_zone: "Europe/Atlantis" }, "time_zone", /no time zone/],
  [{ manualLast: "" }, "manualLast", /from 0 to 10,000/],
  [{ manualLast: "10001" }, "manualLast", /from 0 to 10,000/],
  [{ manualDays: "1.5" }, "manualDays", /from 0 to 36,500/],
  [{ manualDays: "-1" }, "manualDays", /from 0 to 36,500/],
  [{ excludes: "a\n!b" }, "excludes", /Line 2 must not begin/],
  [{ excludes: "# a" }, "excludes", /Line 1 must not begin/],
  [{ excludes: "a".repeat(1001) }, "excludes", /Line 1 is too long/],
  [{ excludes: "a\n".repeat(101) }, "excludes", /At most 100 lines/],
])("%p is wrong at its field", (change, field, words) => {
  const draft = { ...draftOf(own), ...change };
  const errors = Object.entries(errorsOf(draft));
  expect(errors.map(([name]) => name)).toEqual([field]);
  expect(say(intl, errors[0]![1])).toMatch(words);
});

test("whatever this side lets pass, the contract takes", () => {
  for (const last of ["", "x", "1e3", "0x1", "10000", "10001", "0"]) {
    const draft = draftOf(own);
    const typed = { ...draft, keep: { ...draft.keep, last } };
    const passes = Object.keys(errorsOf(typed)).length === 0;
    const taken = Policy.safeParse(policyOf(typed)).success;
    expect([last, passes && !taken]).toEqual([last, false]);
  }
});

test("what is not shown is not wrong", () => {
  const hidden = { schedule: "daily", expression: "", time_zone: "x" } as const;
  const all = { manualAll: true, manualLast: "x", manualDays: "x" };
  const draft = { ...draftOf(own), ...hidden, ...all };
  expect(errorsOf(draft)).toEqual({});
  expect(policyOf(draft)).toMatchObject({
    schedule: { type: "daily" },
    keep_manual: { last: null, days: 0 },
  });
});

test("every reason to keep a backup, and to take it, has words of its own", () => {
  const kept = KeepReason.options.map((reason) =>
    decisionWords(intl, { keep: [reason], drop: null }),
  );
  const gone = DropReason.options.map((drop) =>
    decisionWords(intl, { keep: [], drop }),
  );
  const all = [...kept, ...gone];
  expect(new Set(all).size).toBe(all.length);
});

test("several reasons are one phrase", () => {
  const keep = ["pinned", "daily", "weekly"] as const;
  expect(decisionWords(intl, { keep: [...keep], drop: null })).toBe(
    "pinned, the newest of its day, and the newest of its week",
  );
});
