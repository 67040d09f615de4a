import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseToml } from "smol-toml";
import { defaultPolicy } from "../conat-api/index.js";
import {
  configName,
  defaultDataDir,
  parseConfig,
  readConfig,
  readSecret,
  rusticCandidates,
} from "../lib/config.js";
import { tempDir } from "./support/temp.js";

const local = { kind: "local", path: "/repository" };
const s3 = {
  kind: "s3",
  endpoint: "https://s3.example",
  bucket: "b",
  access_key_id: { env: "ID" },
  secret_access_key: { file: "/secret" },
};

const cron = (expression: string) => ({ type: "cron", expression });
const nothing = Object.fromEntries(
  Object.keys(defaultPolicy.keep).map((name) => [name, 0]),
);

const environment = { ...process.env };
afterEach(() => {
  process.env = { ...environment };
});

test("a repository is all that must be said", () => {
  expect(parseConfig({ repository: local })).toMatchObject({
    repository: { name: "main", init: true, ...local },
    limits: {
      jobs: 2,
      nice: 10,
      io_class: "best-effort",
      idle_timeout_seconds: 1800,
      drain_seconds: 20,
    },
    restore: { directories: [], collaborators_in_place: false },
    commands: { btrfs: "btrfs" },
  });
});

test("nothing of it can be changed afterwards, however deep", () => {
  const config = parseConfig({
    repository: s3,
    restore: { directories: ["/a"] },
  });
  const deep = [config, config.repository, config.limits, config.environment];
  for (const part of [...deep, config.restore.directories]) {
    expect(Object.isFrozen(part)).toBe(true);
  }
});

test.each<[string, object, string]>([
  ["no repository", {}, "repository"],
  ["an unknown section", { repository: local, limit: {} }, "limit"],
  ["an unknown kind", { repository: { kind: "ftp" } }, "repository.kind"],
  [
    "a relative path",
    { repository: { ...local, path: "r" } },
    "repository.path",
  ],
  ["a field of another kind", { repository: { ...local, url: "x" } }, "url"],
  [
    "a name that leads out of keys/",
    { repository: { ...local, name: "../x" } },
    "repository.name",
  ],
  [
    "a secret in place",
    { repository: { ...s3, access_key_id: "AKIA" } },
    "repository.access_key_id",
  ],
  [
    "a root with dots",
    { repository: { ...s3, root: "/a/../b" } },
    "repository.root",
  ],
  [
    "a url that is a file",
    { repository: { kind: "rest", url: "file:///x" } },
    "repository.url",
  ],
  ["no jobs", { repository: local, limits: { jobs: 0 } }, "limits.jobs"],
  ["a host id with a dot", { repository: local, host_id: "a.b" }, "host_id"],
  [
    "a relative restore directory",
    { repository: local, restore: { directories: ["/a", "b"] } },
    "restore.directories.1",
  ],
  [
    "a default policy that keeps nothing",
    { repository: local, policy: { keep: nothing } },
    "policy.keep: one of the numbers must be above zero",
  ],
  [
    "a default schedule that nobody understands",
    { repository: local, policy: { schedule: cron("soon") } },
    'policy.schedule.expression: "soon"',
  ],
  [
    "a default schedule that comes too often",
    { repository: local, policy: { schedule: cron("* * * * *") } },
    "policy.schedule.expression",
  ],
  [
    "a default exclude that includes",
    { repository: local, policy: { excludes: ["!a"] } },
    "policy.excludes.0",
  ],
])("%s is refused, and the field is named", (_what, file, field) => {
  expect(() => parseConfig(file)).toThrow(
    expect.objectContaining({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining(field),
    }),
  );
});

test("a host's default policy is ours where it says nothing, key by key", () => {
  const policyOf = (policy: object) =>
    parseConfig({ repository: local, policy }).policy;
  expect(policyOf({})).toEqual(defaultPolicy);
  expect(policyOf({ keep: { daily: 30, last: undefined } })).toEqual({
    ...defaultPolicy,
    keep: { ...defaultPolicy.keep, daily: 30 },
  });
  const told = {
    enabled: false,
    schedule: { ...cron("0 3 * * *"), time_zone: "Europe/Vienna" },
    keep: { ...nothing, yearly: 1 },
    keep_manual: { last: 5, days: 30 },
    excludes: ["*.tmp"],
  };
  expect(policyOf(told)).toEqual(told);
});

test("a bandwidth limit is refused where rustic has none", () => {
  const limits = { bandwidth_bytes_per_second: 1_000_000 };
  const rest = { kind: "rest", url: "https://rest.example" };
  for (const repository of [local, rest]) {
    expect(() => parseConfig({ repository, limits })).toThrow("no effect");
  }
  expect(parseConfig({ repository: s3, limits }).limits).toMatchObject(limits);
});

test("commands see only what they need of our environment", () => {
  process.env = {
    PATH: "/bin",
    HTTPS_PROXY: "http://proxy",
    AWS_SECRET_ACCESS_KEY: "secret",
    RUSTIC_PASSWORD: "secret",
    LD_PRELOAD: "/evil.so",
  };
  expect(parseConfig({ repository: local }).environment).toEqual({
    LANG: "C.UTF-8",
    PATH: "/bin",
    HTTPS_PROXY: "http://proxy",
  });
});

test("a secret is read from its file or variable, without blanks around it", () => {
  const file = join(tempDir("config"), "secret");
  writeFileSync(file, "from the file\n");
  process.env.A_SECRET = " from the environment ";
  expect(readSecret({ file })).toBe("from the file");
  expect(readSecret({ env: "A_SECRET" })).toBe("from the environment");
});

test("a secret that is not there is refused, and the place is named", () => {
  const empty = join(tempDir("config"), "empty");
  writeFileSync(empty, "\n");
  for (const [reference, place] of [
    [{ file: "/no/such/file" }, "/no/such/file"],
    [{ file: empty }, empty],
    [{ env: "NO_SUCH_VARIABLE" }, "NO_SUCH_VARIABLE"],
  ] as const) {
    expect(() => readSecret(reference)).toThrow(
      expect.objectContaining({
        code: "INVALID_ARGUMENT",
        message: expect.stringContaining(place),
      }),
    );
  }
});

test("the README's example is one, and its policy is merged as it says", () => {
  const readme = readFileSync(join(__dirname, "..", "README.md"), "utf8");
  const [, example = ""] = /```toml\n(.*?)```/s.exec(readme) ?? [];
  const file = { repository: local, ...parseToml(example) };
  const { policy, schedule, maintenance } = parseConfig(file);
  expect(policy.keep).toEqual({ ...defaultPolicy.keep, daily: 30 });
  expect(schedule.time_zone).toBe("Europe/Vienna");
  expect(maintenance.prune_days).toBe(3);
});

describe("the file", () => {
  const withText = (text: string) => {
    const dataDir = tempDir("config");
    writeFileSync(join(dataDir, configName), text);
    return dataDir;
  };

  test("is TOML in the data directory", () => {
    const dataDir = withText('repository = {kind="local", path="/r"}');
    expect(readConfig(dataDir).repository).toMatchObject({ path: "/r" });
  });

  test("that is missing is NOT_FOUND", () => {
    expect(() => readConfig(tempDir("config"))).toThrow(
      expect.objectContaining({ code: "NOT_FOUND" }),
    );
  });

  test("that is there but cannot be read is not said to be missing", () => {
    const dataDir = tempDir("config");
    mkdirSync(join(dataDir, configName));
    expect(() => readConfig(dataDir)).toThrow(
      expect.objectContaining({ code: "FILESYSTEM_FAILED" }),
    );
  });

  test("that is no TOML is refused in one line, without its text", () => {
    const dataDir = withText('password = "hunter2\n[repository');
    expect(() => readConfig(dataDir)).toThrow(
      expect.objectContaining({
        code: "INVALID_ARGUMENT",
        message: expect.not.stringMatching(/hunter2|\n/),
      }),
    );
  });
});

test("rustic is the configured one and no other, else PATH, else our cache", () => {
  process.env = { HOME: "/home/x" };
  expect(rusticCandidates("/opt/rustic")).toEqual(["/opt/rustic"]);
  expect(rusticCandidates(undefined)).toEqual([
    "rustic",
    "/home/x/.cache/cocalc-project-backups/rustic-0.11.4/bin/rustic",
  ]);
  process.env = { PROJECT_BACKUPS_RUSTIC: "/r", PROJECT_BACKUPS_CACHE: "/c" };
  expect(rusticCandidates(undefined)).toEqual([
    "/r",
    "rustic",
    "/c/rustic-0.11.4/bin/rustic",
  ]);
});

test("the environment may name the data directory", () => {
  process.env.PROJECT_BACKUPS_DATA_DIR = "/data";
  expect(defaultDataDir()).toBe("/data");
});
