import { createIntl } from "react-intl";
import { Health, type Job, JobState, Phase } from "../../conat-api/index.js";
import {
  activity,
  amountOf,
  datedAttempt,
  failureOf,
  formatAgo,
  formatBytes,
  formatDue,
  formatDuration,
  formatInstant,
  formatSince,
  healthSentence,
  healthTones,
  healthWords,
  percentOf,
  phaseWords,
  say,
  stateTones,
  stateWords,
  triggerWords,
  unprotectedSentence,
} from "../../frontend/format.js";
import * as catalogues from "../../frontend/messages.js";
import { someJob, someStatus } from "../support/wire-values.js";

const intl = createIntl({ locale: "en", timeZone: "UTC" });

test.each([
  [null, "not known"],
  [-5, "0 bytes"],
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1000, "1 kB"],
  [1234, "1.2 kB"],
  [123_456, "123 kB"],
  [999_960, "1 MB"],
  [1_500_000_000, "1.5 GB"],
  [2e12, "2 TB"],
  [3e18, "3,000 PB"],
])("%p bytes are %p", (bytes, words) => {
  expect(formatBytes(intl, bytes)).toBe(words);
});

test.each([
  [null, "not known"],
  [0, "1 sec"],
  [1499, "1 sec"],
  [60_000, "1 min"],
  [61_000, "1 min 1 sec"],
  [3_600_000, "1 hr"],
  [3_605_000, "1 hr"],
  [3_900_000, "1 hr 5 min"],
  [90_000_000, "1 day 1 hr"],
])("%p ms are %p", (ms, words) => {
  expect(formatDuration(intl, ms)).toBe(words);
});

const now = Date.UTC(2026, 4, 5, 12);

test.each([
  [0, "just now"],
  [44_000, "just now"],
  [60_000, "1 minute ago"],
  [59 * 60_000, "59 minutes ago"],
  [3_600_000, "1 hour ago"],
  [23 * 3_600_000, "23 hours ago"],
  [24 * 3_600_000, "1 day ago"],
  [200 * 86_400_000, "200 days ago"],
  [-110_000, "just now"],
  [-3_600_000, "May 5, 2026, 1:00:00 PM"],
])("what happened %p ms ago happened %p", (ms, words) => {
  expect(formatAgo(intl, now - ms, now)).toBe(words);
});

test.each([
  [0, "12:00 PM"],
  [7 * 3_600_000, "5:00 AM"],
  [13 * 3_600_000, "May 4, 2026, 11:00 PM"],
])("since %p ms ago is since %p", (ms, words) => {
  expect(formatSince(intl, now - ms, now)).toBe(words);
});

test("what is due lies ahead, or is due now", () => {
  expect(formatDue(intl, now + 300_000, now)).toBe("in 5 minutes");
  expect(formatDue(intl, now - 300_000, now)).toBe("now");
});

test("an instant is a date with a time", () => {
  expect(formatInstant(intl, now)).toBe("May 5, 2026, 12:00:00 PM");
});

test("every health has a word and a tone of its own", () => {
  const words = Health.options.map((health) => healthWords[health].id);
  const tones = Health.options.map((health) => healthTones[health]);
  expect(new Set(words).size).toBe(Health.options.length);
  expect(new Set(tones).size).toBe(Health.options.length);
});

test("every state and every phase has words", () => {
  for (const state of JobState.options) {
    expect(say(intl, { message: stateWords[state] })).toMatch(/^[A-Z]/);
    expect(stateTones[state]).toBeTruthy();
  }
  for (const phase of Phase.options) {
    expect(say(intl, { message: phaseWords[phase] })).toMatch(/^[A-Z]/);
  }
});

test.each([
  ["ok", {}, /^The newest attempt made a backup\.$/],
  ["never", {}, /no backup yet/],
  ["failing", {}, /every attempt failed/],
  ["warning", { state: "failed" }, /a later attempt failed/],
  ["warning", { warnings_count: 1 }, /but one warning came with it/],
  ["warning", { warnings_count: 9 }, /but 9 warnings came with it/],
  ["warning", { state: "cancelled" }, /not everything went well/],
] as const)("health %s with %p is a sentence", (health, fields, words) => {
  const last_attempt = someJob(fields);
  const status = { ...someStatus(), health, last_attempt };
  expect(say(intl, healthSentence(status))).toMatch(words);
});

test.each([
  [{ changes: 1 }, "one file or folder changed since 11:00 AM"],
  [{ changes: 1234 }, "1,234 files and folders changed since 11:00 AM"],
  [
    { changes: 10_000, more: true },
    "more than 10,000 files and folders changed since 11:00 AM",
  ],
  [{ changes: null }, "what changed since 11:00 AM"],
  // Not that nothing did.
  [{ changes: 0 }, "what changed since 11:00 AM"],
])("what is in no backup, %p, is said: %s", (fields, words) => {
  const since = now - 3_600_000;
  const counted = { changes: 1, more: false, counted_at: now };
  const sentence = unprotectedSentence(
    intl,
    { since, ...counted, ...fields },
    now,
  );
  expect(say(intl, sentence)).toBe(`Not yet protected: ${words}`);
});

test.each([
  [{ unchanged: true }, "unchanged"],
  // "Since then" would be since another backup.
  [{ unchanged: true, backup_id: "ff".repeat(32) }, undefined],
  [{ unchanged: false }, undefined],
  [{ state: "cancelled" }, "lastCancelled"],
] as const)("the newest attempt %p is dated: %p", (fields, name) => {
  const last_attempt = someJob({ warnings_count: 0, ...fields });
  const dated = datedAttempt({ ...someStatus(), last_attempt });
  expect(dated).toEqual(
    name && {
      message: catalogues.statusMessages[name],
      at: last_attempt.finished_at,
    },
  );
});

test("a backup that this host never tried to make is no attempt that went well", () => {
  const message = catalogues.statusMessages.untried;
  const untried = { ...someStatus(), last_attempt: null };
  const at = untried.last_backup?.time;
  for (const health of ["ok", "warning"] as const) {
    expect(datedAttempt({ ...untried, health })).toEqual({ message, at });
  }
  const never = { health: "never", last_backup: null } as const;
  expect(datedAttempt({ ...untried, ...never })).toBeUndefined();
});

test("an unchanged project is no news of a backup that was made", () => {
  const last_attempt = someJob({ unchanged: true });
  const said = healthSentence({ ...someStatus(), last_attempt });
  expect(say(intl, said)).toMatch(/nothing had changed since a backup/);
});

test("a running job says its phase, a waiting one why it waits", () => {
  const said = (fields: object) => say(intl, activity(someJob(fields), now));
  expect(said({ state: "running", phase: "reading" })).toBe("Reading files");
  expect(said({ state: "running", phase: null })).toBe("Running");
  expect(said({ state: "pending", run_at: now })).toBe("Waiting for its turn");
  const later = { state: "pending", run_at: now + 600_000 };
  expect(said({ ...later, trigger: "retry" })).toBe(
    "Waiting, to be tried again",
  );
  // Fresh, from a host whose clock is ahead.
  const fresh = { ...later, created_at: later.run_at };
  expect(said(fresh)).toBe("Waiting for its turn");
  expect(said({ ...fresh, trigger: "retry" })).toBe("Waiting for its turn");
});

test.each([
  [0, 100, 0],
  [50, 100, 50],
  [99.9, 100, 99],
  [100, 100, 99],
  [250, 100, undefined],
  [null, 100, undefined],
  [50, null, undefined],
  [0, 0, undefined],
])("%p of %p bytes are %p percent", (bytes_done, bytes_total, percent) => {
  const job = someJob({ state: "running", bytes_done, bytes_total });
  expect(percentOf(job)).toBe(percent);
});

test("only what runs has a progress", () => {
  expect(percentOf(someJob({ state: "pending" }))).toBeUndefined();
  expect(amountOf(intl, someJob({ state: "pending" }))).toBeUndefined();
});

test("the total of a backup is an estimate, and beyond it none is named", () => {
  const said = (
    bytes_done: number,
    bytes_total: number | null,
    kind: Job["kind"] = "backup",
  ) => {
    const job = someJob({ kind, state: "running", bytes_done, bytes_total });
    const amount = amountOf(intl, job);
    return amount && say(intl, amount);
  };
  expect(said(1e6, 2e6)).toBe("1 MB of about 2 MB");
  expect(said(3e6, 2e6)).toBe("3 MB so far");
  expect(said(3e6, null)).toBe("3 MB so far");
  // Known from the backup itself.
  expect(said(1e6, 2e6, "restore")).toBe("1 MB of 2 MB");
  expect(said(0, 2e6)).toBeUndefined();
});

test.each([
  ["scheduled", "scheduler", "scheduled"],
  ["manual", "account-me", "by you"],
  ["manual", "account-other", "by hand"],
  ["manual", null, "by hand"],
  ["hub", "hub", "hub"],
  ["retry", "scheduler", "retry"],
  [null, null, "unknown"],
] as const)("trigger %p of %p is %p", (trigger, requested_by, words) => {
  const message = triggerWords({ trigger, requested_by }, "me");
  expect(say(intl, { message })).toBe(words);
});

test("a failure without a sentence gets one, never its code", () => {
  const job = someJob({ state: "failed", error_code: "NO_SPACE" });
  expect(say(intl, failureOf(job))).toMatch(/^It failed, /);
  expect(failureOf({ ...job, error_message: "Full." })).toBe("Full.");
});

test("every message has an id of the panel, its own, and can be formatted", () => {
  const messages = Object.values(catalogues).flatMap((catalogue) =>
    Object.values(catalogue),
  );
  const ids = messages.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const message of messages) {
    expect(message.id).toMatch(/^project\.settings\.backups\.[a-z]+\.\w+$/);
    expect(intl.formatMessage(message, some)).not.toBe("");
  }
});

const some = Object.fromEntries(
  "when word count size files done total time title ago why since until line most max kept dropped days what"
    .split(" ")
    .map((name) => [name, 2]),
);
