import { randomUUID } from "node:crypto";
import {
  defaultPolicy,
  expecting,
  type MethodName,
  methodNames,
  methods,
  Policy,
  RestoreTarget,
} from "../../conat-api/index.js";
import {
  someBackup,
  someJob,
  somePolicyInForce,
  someStatus,
} from "../support/wire-values.js";

const project_id = randomUUID();
const job_id = randomUUID();
const backup_id = "ab".repeat(32);

const requests: Record<MethodName, Record<string, unknown>> = {
  start: { project_id },
  list: {
    ...{ project_id, cursor: "1", limit: 1000 },
    ...{ refresh: true, forgotten: true },
  },
  status: { project_id },
  jobs: { project_id, state: "failed", cursor: "1", limit: 1 },
  job: { project_id, job_id },
  cancel: { project_id, job_id },
  restore: { project_id, backup_id, target: { type: "in_place" } },
  update: { project_id, backup_id, name: "Draft 1", note: null, pinned: true },
  forget: { project_id, backup_id },
  unforget: { project_id, backup_id },
  get_policy: { project_id },
  set_policy: { project_id, policy: defaultPolicy, expected: null },
  preview_policy: { project_id, policy: defaultPolicy },
};

const replies: Record<MethodName, Record<string, unknown>> = {
  start: { job: someJob(), joined: false },
  list: {
    backups: [someBackup()],
    cursor: null,
    as_of: null,
    refreshing: false,
    read_error: null,
  },
  status: someStatus(),
  jobs: { jobs: [someJob()], cursor: null },
  job: { job: someJob() },
  cancel: { job: someJob(), cancelled: true },
  restore: { job: someJob() },
  update: { backup: someBackup({ name: "Draft 1", pinned: true }) },
  forget: { backup: someBackup({ forgotten_at: 2 }), gone_at: 3 },
  unforget: { backup: someBackup() },
  get_policy: somePolicyInForce(),
  set_policy: somePolicyInForce({ is_default: false, max_backups: 5 }),
  preview_policy: {
    decisions: [
      {
        ...{ backup_id, keep: ["newest", "daily"], drop: null },
        backup: someBackup({ backup_id }),
      },
    ],
    ...{ kept: 1, dropped: 0, max_backups: null, as_of: 1 },
  },
};

describe.each(methodNames)("%s", (name) => {
  const { input, output } = methods[name];

  test("takes its request with all fields, as it is", () => {
    expect(input.parse(requests[name])).toEqual(requests[name]);
  });

  test("refuses an unknown field of a request", () => {
    const request = { ...requests[name], as_root: true };
    expect(input.safeParse(request).error?.issues[0]).toMatchObject({
      code: "unrecognized_keys",
      keys: ["as_root"],
    });
  });

  test("refuses a request without a project, or with a malformed one", () => {
    for (const id of [
      undefined,
      "",
      project_id.toUpperCase(),
      `${project_id}\n`,
      `../${project_id}`,
      [project_id],
    ]) {
      const request = { ...requests[name], project_id: id };
      expect(input.safeParse(request).success).toBe(false);
    }
  });

  test("drops an unknown field of a reply, also deep inside", () => {
    const reply = structuredClone(replies[name]);
    const newer = addEverywhere(reply) as object;
    expect(JSON.stringify(newer)).toContain("of_a_newer_host");
    expect(output.parse(newer)).toEqual(reply);
  });

  test("refuses a reply that lacks a field", () => {
    const field = Object.keys(replies[name])[0] as string;
    const { [field]: _gone, ...rest } = replies[name];
    expect(output.safeParse(rest).success).toBe(false);
  });
});

test.each([0, 1001, 1.5, -1, "10", Number.NaN])(
  "a limit of %p is refused",
  (limit) => {
    for (const name of ["list", "jobs"] as const) {
      const request = { project_id, limit };
      expect(methods[name].input.safeParse(request).success).toBe(false);
    }
  },
);

test.each([
  ["the short id of a backup", "ab".repeat(4)],
  ["upper case", "AB".repeat(32)],
  ["another alphabet", "xy".repeat(32)],
  ["a name of rustic's own", "latest"],
  ["a line break after the id", `${backup_id}\n`],
])("a backup id may not be %s", (_what, id) => {
  const request = { ...requests.restore, backup_id: id };
  expect(methods.restore.input.safeParse(request).success).toBe(false);
});

test.each([
  ["relative", "restored/here"],
  ["empty", ""],
  ["with ..", "/restored/../etc"],
  ["ending in ..", "/restored/.."],
  ["with NUL", "/restored/a\0b"],
  ["of more than 4096 characters", `/${"a".repeat(4096)}`],
])("a target directory may not be %s", (_what, path) => {
  const target = { type: "directory", path };
  expect(RestoreTarget.safeParse(target).success).toBe(false);
});

test("dots in a name of the target are not ..", () => {
  const target = { type: "directory", path: "/restored/..a/b../c...d" };
  expect(RestoreTarget.parse(target)).toEqual(target);
});

test("a target is one of the known kinds and has no field of another", () => {
  for (const target of [
    { type: "in_place", path: "/etc" },
    { type: "directory" },
    { type: "paths" },
    "in_place",
  ]) {
    expect(RestoreTarget.safeParse(target).success).toBe(false);
  }
});

test("a backup's name and note lose blanks around them, and may be taken away", () => {
  const parse = (fields: object) =>
    methods.update.input.parse({ project_id, backup_id, ...fields });
  expect(parse({ name: "  Draft 1 " }).name).toBe("Draft 1");
  expect(parse({ name: null, note: null })).toMatchObject({
    ...{ name: null, note: null },
  });
  expect(parse({})).toEqual({ project_id, backup_id });
  for (const fields of [
    { name: "a".repeat(201) },
    { note: "a".repeat(4001) },
    { pinned: null },
  ]) {
    const request = { project_id, backup_id, ...fields };
    expect(methods.update.input.safeParse(request).success).toBe(false);
  }
});

test("no policy at all means the host's default, when it is set", () => {
  const { set_policy, preview_policy } = methods;
  const request = { project_id, policy: null };
  expect(set_policy.input.parse(request)).toEqual(request);
  expect(set_policy.input.safeParse({ project_id }).success).toBe(false);
  expect(preview_policy.input.parse({ project_id })).toEqual({ project_id });
});

test("only a host that says what it has is told what was expected", () => {
  const { own: _own, ...ofOld } = somePolicyInForce();
  const reply = methods.get_policy.output.parse(ofOld);
  expect(expecting(reply)).toEqual({});
  expect(expecting({ ...reply, own: null })).toEqual({ expected: null });
  const own = defaultPolicy;
  expect(expecting({ ...reply, own })).toEqual({ expected: own });
});

test.each([
  ["an unknown field", { hidden: true }],
  ["half a count", { keep: { ...defaultPolicy.keep, daily: 1.5 } }],
  ["less than nothing", { keep: { ...defaultPolicy.keep, last: -1 } }],
  ["no count", { keep: { ...defaultPolicy.keep, weekly: null } }],
  ["a count that it does not know", { keep: { ...defaultPolicy.keep, x: 1 } }],
  ["another schedule", { schedule: { type: "hourly" } }],
  ["cron without words", { schedule: { type: "cron", expression: "" } }],
  ["daily with a time", { schedule: { type: "daily", time_zone: "UTC" } }],
  ["half a rule for manual backups", { keep_manual: { last: null } }],
  ["an exclude of two lines", { excludes: ["a\nb"] }],
  ["an exclude that includes", { excludes: ["!a"] }],
  ["an exclude that is a comment", { excludes: ["# a"] }],
  ["an exclude with blanks around", { excludes: [" a"] }],
  ["an empty exclude", { excludes: [""] }],
  ["too many excludes", { excludes: Array.from({ length: 101 }, () => "a") }],
])("a policy may not have %s", (_what, fields) => {
  const policy = { ...defaultPolicy, ...fields };
  expect(Policy.safeParse(policy).success).toBe(false);
});

test("a cron expression has a time zone or leaves it to the host", () => {
  const cron = { type: "cron", expression: "0 3 * * *" };
  for (const schedule of [cron, { ...cron, time_zone: "Europe/Vienna" }]) {
    const policy = { ...defaultPolicy, schedule };
    expect(Policy.parse(policy)).toEqual(policy);
  }
});

/** A field more in every object. */
function addEverywhere(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(addEverywhere);
  if (typeof value !== "object" || value === null) return value;
  // Strict by design: what a request holds, too.
  if ("type" in value || "keep_manual" in value) return value;
  const entries = Object.entries(value).map(
    ([name, inner]) => [name, addEverywhere(inner)] as const,
  );
  return { ...Object.fromEntries(entries), of_a_newer_host: true };
}
