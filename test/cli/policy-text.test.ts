import {
  defaultPolicy,
  type KeepReason,
  type RetentionPreview,
  type Trigger,
} from "../../conat-api/index.js";
import { policyText, previewText } from "../../lib/cli/policy-text.js";
import { someBackup, somePolicyInForce } from "../support/wire-values.js";

test.each([
  [{ last: null, days: 0 }, "all"],
  // An empty rule takes nothing.
  [{ last: 0, days: 0 }, "all"],
  [{ last: 5, days: 0 }, "last 5"],
  [{ last: 5, days: 7 }, "last 5, and all younger than 7 days"],
])("of backups that somebody asked for, %p keeps %s", (keep_manual, words) => {
  const policy = { ...defaultPolicy, keep_manual };
  const line = `keep manual:  ${words}`;
  expect(policyText(somePolicyInForce({ policy })).split("\n")).toContain(line);
});

type Kept = [Trigger | null, ...KeepReason[]];

function preview(max_backups: number | null, kept: Kept[]): RetentionPreview {
  const decisions = kept.map(([trigger, ...keep]) => {
    const backup = someBackup({ trigger });
    const drop = keep.length > 0 ? null : ("quota" as const);
    return { backup_id: backup.backup_id, keep, drop, backup };
  });
  const dropped = decisions.filter(({ drop }) => drop !== null).length;
  const counts = { kept: kept.length - dropped, dropped };
  return { decisions, ...counts, max_backups, as_of: 1 };
}

const newest: Kept = ["scheduled", "newest"];
const asked: Kept = ["manual", "manual"];
const daily: Kept = ["retry", "daily"];
const gone: Kept = ["scheduled"];

test.each<[string, boolean, number | null, Kept[]]>([
  ["those that were asked for fill it", true, 3, [newest, asked, asked, gone]],
  ["pins fill it", true, 3, [newest, ["scheduled", "pinned"], asked]],
  ["one that was taken back is wanted", true, 2, [newest, ["retry", "manual"]]],
  ["two scheduled ones stay", false, 3, [newest, daily, asked, gone]],
  ["it is not full", false, 4, [newest, asked, asked]],
  ["there is none", false, null, [newest, asked, asked]],
])("a preview under a quota of which %s: told %p", (_what, told, max, kept) => {
  const text = previewText(preview(max, kept));
  expect(/fewer than two scheduled backups/.test(text)).toBe(told);
});
