import { mkdirSync, rmSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import Sqlite from "better-sqlite3";
import { execa } from "execa";
import { type MountedFilesystem, mountBtrfs } from "./support/btrfs-image.js";
import { keep } from "./support/fixtures.js";
import { findLeaks } from "./support/leaks.js";
import { isRunning } from "./support/processes.js";
import { startSqliteWriter } from "./support/sqlite-writer.js";
import { tempDir, tempRoot } from "./support/temp.js";
import { describeReal } from "./support/tools.js";

/** What the check after each test would report at this moment. */
const leaks = () => findLeaks(tempRoot(), { graceMs: 0 });

/** Where a process may come from: how it starts is all it knows of us. */
type Origin = { cwd?: string; env?: Record<string, string>; redirect?: string };

/** A process with init as its parent; resolves with its pid. */
async function orphan(args: string[], origin: Origin = {}): Promise<number> {
  const { cwd = "/", env = {}, redirect = "" } = origin;
  const script = `"$0" "$@" </dev/null >/dev/null 2>&1 ${redirect} & echo $!`;
  const sleeper = [process.execPath, "-e", "setInterval(() => {}, 1000)"];
  const { stdout } = await execa(
    "sh",
    ["-c", script, ...sleeper, "--", ...args],
    {
      cwd,
      env,
      extendEnv: false,
    },
  );
  return Number(stdout);
}

/** A child of ours that has nothing of the temporary root. */
async function child(): Promise<number> {
  const options = { cwd: "/", extendEnv: false, reject: false } as const;
  return execa("sleep", ["1000"], options).pid ?? 0;
}

/** An empty data directory; the two marks by which one is known. */
function dataDir(mark: string): string {
  const host = tempDir("host");
  const dir = mark === ".project-backups" ? join(host, mark) : host;
  mkdirSync(dir, { recursive: true });
  if (dir === host) writeFileSync(join(dir, mark), "");
  return dir;
}

function nameBases(dir: string, paths: readonly string[]): void {
  const rows = new Sqlite(join(dir, "project-backups.sqlite"));
  rows.exec("CREATE TABLE bases (path TEXT)");
  const insert = rows.prepare("INSERT INTO bases VALUES (?)");
  for (const path of paths) insert.run(path);
  rows.close();
}

const dataDirMarks = [".project-backups", "project-backups.sqlite"];

test.each([
  ["working directory", () => orphan([], { cwd: tempDir("cwd") })],
  ["environment", () => orphan([], { env: { PB_TEST_ROOT: tempRoot() } })],
  ["arguments", () => orphan([`--data=${tempRoot()}/data`])],
  ["open files", () => orphan([], { redirect: `3>${tempRoot()}/file` })],
  ["descent from us", child],
])("a process left behind is found by its %s", async (_, start) => {
  const pid = await start();
  const what = expect.stringMatching(`^${pid} `);
  expect(await leaks()).toEqual([{ kind: "process", what }]);
  process.kill(pid, "SIGKILL");
  expect(await findLeaks(tempRoot())).toEqual([]);
});

test("a process that is kept is no leak, nor is a child of it", async () => {
  const shell = execa("sh", ["-c", "sleep 1000; true"], { reject: false });
  const { release } = keep(shell.pid ?? 0);
  expect(await leaks()).toEqual([]);
  release();
  expect(await leaks()).toHaveLength(2);
  const child = (await leaks()).find(({ what }) => what.endsWith("sleep 1000"));
  process.kill(Number.parseInt(child?.what ?? ""), "SIGKILL");
  await shell;
});

test("a foreign process is no leak", async () => {
  const pid = await orphan(["--somewhere=/else"]);
  expect(await leaks()).toEqual([]);
  expect(isRunning(pid)).toBe(true);
  process.kill(pid, "SIGKILL");
});

test.each(dataDirMarks)(
  "finds what is left in a data dir (%s)",
  async (mark) => {
    const dir = dataDir(mark);
    const masterkey = JSON.stringify({ mac: { k: "", r: "" }, encrypt: "" });
    const files = {
      "stage/job-1/project/file": ["stage", "stage/job-1"],
      "restore/staging/job-2/file": ["stage", "restore/staging/job-2"],
      "0123/base/project/job-4/file": ["base", "0123/base/project/job-4"],
      "0123/base/file": ["base", "0123/base/file"],
      "run/job-3.toml": ["profile", "run/job-3.toml"],
      "run/lent": ["key", "run/lent"],
      masterkey: ["key", "masterkey"],
    };
    for (const [file, [kind, what]] of Object.entries(files)) {
      const path = join(dir, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, masterkey);
      expect(await leaks()).toEqual([{ kind, what: join(dir, what ?? "") }]);
      rmSync(join(dir, what ?? ""), { recursive: true });
      expect(await leaks()).toEqual([]);
    }
  },
);

test("what may stay is no leak", async () => {
  const dir = dataDir(".project-backups");
  const masterkey = JSON.stringify({ mac: { k: "", r: "" }, encrypt: "" });
  for (const name of ["keys", "stage", "run", "base/project"]) {
    mkdirSync(join(dir, name), { recursive: true });
  }
  writeFileSync(join(dir, "keys/repository"), masterkey);
  mkdirSync(join(tempDir("project"), "stage/x/run"), { recursive: true });
  expect(await leaks()).toEqual([]);
});

describeReal("on mounted filesystems", { needs: ["btrfs", "sqlite3"] }, () => {
  let btrfs: MountedFilesystem;
  const elsewhere = `${tempRoot()}-elsewhere`;
  beforeAll(async () => {
    mkdirSync(elsewhere);
    btrfs = await mountBtrfs({ sizeBytes: 1024 ** 3 });
  });
  afterAll(async () => {
    await btrfs.unmount();
    rmdirSync(elsewhere);
  });

  test("a fixture is no leak: image, loop device, mount, writer", async () => {
    const writer = await startSqliteWriter(join(btrfs.path, "live.db"));
    expect(await leaks()).toEqual([]);
    await writer.stop();
  });

  test.each([
    ["in the root", () => tempDir("target")],
    ["elsewhere, of something in the root", () => elsewhere],
  ])("a bind mount %s is a leak", async (_, where) => {
    const target = where();
    await execa("mount", ["--bind", tempDir("source"), target]);
    expect(await leaks()).toEqual([{ kind: "mount", what: target }]);
    await execa("umount", [target]);
  });

  test("a loop device is a leak", async () => {
    const image = join(tempDir("loop"), "image");
    writeFileSync(image, Buffer.alloc(1024 ** 2));
    const attach = ["--find", "--show", image];
    const { stdout: device } = await execa("losetup", attach);
    expect(await leaks()).toEqual([{ kind: "loop", what: device }]);
    await execa("losetup", ["-d", device]);
  });

  test.each(["stage/job-1", "stage/job-1/project"])(
    "a snapshot at %s is a leak",
    async (where) => {
      const dir = join(btrfs.path, ".project-backups");
      const snapshot = join(dir, where);
      mkdirSync(dirname(snapshot), { recursive: true });
      const take = ["subvolume", "snapshot", "-r", btrfs.path, snapshot];
      await execa("btrfs", take);
      expect(await leaks()).toEqual([{ kind: "snapshot", what: snapshot }]);
      await execa("btrfs", ["subvolume", "delete", snapshot]);
      rmSync(dir, { recursive: true });
    },
  );

  test("the base that a row names is no leak, whatever is inside it; another is", async () => {
    const dir = join(btrfs.path, ".project-backups");
    const project = join(btrfs.path, "project");
    const bases = ["job-1", "job-2"].map((name) =>
      join(dir, "0123/base/project", name),
    );
    await execa("btrfs", ["subvolume", "create", project]);
    mkdirSync(join(project, "stage/x"), { recursive: true });
    for (const base of bases) {
      mkdirSync(base, { recursive: true });
      const take = ["subvolume", "snapshot", "-r", project, `${base}/project`];
      await execa("btrfs", take);
    }
    const left = (paths: string[]) =>
      paths.map((what) => ({ kind: "base", what }));
    expect(await leaks()).toEqual(left(bases));

    nameBases(dataDir("project-backups.sqlite"), bases.slice(1));
    expect(await leaks()).toEqual(left(bases.slice(0, 1)));

    const snapshots = bases.map((base) => `${base}/project`);
    await execa("btrfs", ["subvolume", "delete", ...snapshots, project]);
    rmSync(dir, { recursive: true });
  });
});

test("a test with a leak fails, one that cleans up after itself does not", async () => {
  const rootDir = resolve(__dirname, "..");
  const config = {
    ...require(join(rootDir, "jest.config.cjs")),
    rootDir,
    testMatch: ["<rootDir>/test/support/leaky-example.ts"],
  };
  const { stdout, exitCode } = await execa(
    process.execPath,
    [
      require.resolve("jest/bin/jest"),
      "--runInBand",
      "--json",
      `--config=${JSON.stringify(config)}`,
    ],
    { cwd: rootDir, reject: false },
  );
  const { assertionResults } = JSON.parse(stdout).testResults[0];
  expect(exitCode).toBe(1);
  expect(assertionResults).toMatchObject([
    {
      status: "failed",
      failureMessages: [
        expect.stringMatching(/left behind:\n {2}process: \d+ sleep/),
      ],
    },
    { status: "passed" },
  ]);
}, 120_000);
