import { randomBytes, randomUUID } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import type { Backup, Job } from "../../conat-api/index.js";
import { openStore } from "../../lib/store/index.js";
import { verbsOf } from "../support/job-rows.js";
import { change } from "../support/change.js";
import { buildCli, runCli } from "../support/cli.js";
import { type CliHost, makeCliHost } from "../support/cli-host.js";
import { rsyncDiff } from "../support/compare.js";
import { describeReal } from "../support/tools.js";

type JobReply = { job: Job };
type ErrorReply = { error: { code: string; message: string } };

beforeAll(buildCli, 60_000);

describeReal("the command line", { needs: ["rustic", "rsync"] }, () => {
  let host: CliHost;
  let id: string;
  let backup_id: string;

  beforeAll(() => {
    host = makeCliHost();
    id = host.project_id;
  });

  test("backup --json gives the job's row", async () => {
    const made = await host.json<JobReply>("backup", id);
    expect(made).toMatchObject({
      ...{ exitCode: 0, joined: false },
      job: { state: "succeeded", requested_by: "local" },
    });
    backup_id = made.job.backup_id as string;
  });

  test("backup says what it made, in one line", async () => {
    writeFileSync(join(host.projectDir, "notes.txt"), "more important\n");
    const { exitCode, stdout, stderr } = await host.run("backup", id);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(
      /^Backup [0-9a-f]{64} made in .+: 1 files, 15 B, .+ added\.\n?$/,
    );
  });

  test("backup says that nothing changed, and names the backup that holds it", async () => {
    const { backups } = await host.json<{ backups: Backup[] }>("list", id);
    const { exitCode, stdout, stderr } = await host.run("backup", id);
    expect([exitCode, stdout, stderr]).toEqual([
      0,
      `Nothing changed since backup ${backups[0]?.backup_id}: it holds all of the project.`,
      "",
    ]);
    expect(await host.json("list", id)).toMatchObject({ backups });
  });

  test("list shows the backups, newest first, and as JSON with all fields", async () => {
    const { exitCode, stdout } = await host.run("list", id);
    const lines = stdout.split("\n");
    expect(exitCode).toBe(0);
    expect(lines[0]).toMatch(/^TIME +SIZE +ADDED .* BACKUP$/);
    expect(lines.at(-1)).toMatch(/^\d+ backups?, as of \d{4}-/);
    const reply = await host.json<{ backups: Backup[] }>(
      "list",
      id,
      "--limit",
      "1",
    );
    expect(reply.backups).toHaveLength(1);
    expect(stdout).toContain(reply.backups[0]?.backup_id);
    expect(lines.at(-2)).toContain(backup_id);
  });

  test("list --refresh reads what another process put into the repository", async () => {
    const second = makeCliHost({
      repository: { kind: "local", path: join(host.root, "repository") },
      projects: { directory: join(host.root, "projects") },
    });
    const keys = join(host.dataDir, "keys");
    cpSync(keys, join(second.dataDir, "keys"), { recursive: true });
    change(host.projectDir);
    const { job } = await second.json<JobReply>("backup", id);
    const ids = async (...options: string[]) => {
      const reply = await host.json<{ backups: Backup[] }>(
        "list",
        id,
        ...options,
      );
      return reply.backups.map((one) => one.backup_id);
    };
    expect(await ids()).not.toContain(job.backup_id);
    expect(await ids("--refresh")).toContain(job.backup_id);
  });

  test("status says how the project is protected", async () => {
    const reply = await host.json("status", id);
    expect(reply).toMatchObject({ exitCode: 0, project_id: id, health: "ok" });
    const { stdout } = await host.run("status", id);
    expect(stdout).toMatch(/^health: +ok\nlast backup: +\d{4}-/);
    expect(stdout).toContain("notice:       The recovery kit was never");
  });

  test("jobs shows those of a project or of the host", async () => {
    const of = await host.json<{ jobs: Job[] }>("jobs", id, "--limit", "1");
    expect(of.jobs).toHaveLength(1);
    const all = await host.json<{ jobs: Job[] }>("jobs");
    expect(all.jobs.length).toBeGreaterThan(1);
    expect(all.jobs[0]).toEqual(of.jobs[0]);
    const { stdout } = await host.run("jobs");
    expect(stdout).toMatch(/^CREATED +KIND +STATE/);
    expect(stdout).toContain(of.jobs[0]?.job_id);
  });

  test("backup --no-wait leaves a row, cancel ends it, a second cancel is a conflict", async () => {
    const queued = await host.json<JobReply>("backup", id, "--no-wait");
    expect(queued).toMatchObject({ exitCode: 0, job: { state: "pending" } });
    const { job_id } = queued.job;
    const cancelled = await host.json<JobReply>("cancel", job_id);
    expect(cancelled).toMatchObject({
      exitCode: 0,
      cancelled: true,
      job: { state: "cancelled", cancelled_by: "local" },
    });
    const again = await host.json("cancel", job_id);
    expect(again).toMatchObject({ exitCode: 6, cancelled: false });
  });

  test("restore --to writes the project as it was", async () => {
    const to = join(host.root, "restored", "here");
    const { backups } = await host.json<{ backups: Backup[] }>("list", id);
    const newest = String(backups[0]?.backup_id);
    const reply = await host.json<JobReply>("restore", id, newest, "--to", to);
    expect(reply).toMatchObject({ exitCode: 0, job: { state: "succeeded" } });
    expect(await rsyncDiff(host.projectDir, join(to, "project"))).toEqual([]);
    const again = await host.json<ErrorReply>(
      "restore",
      id,
      backup_id,
      "--to",
      to,
    );
    expect(again).toMatchObject({ exitCode: 6, error: { code: "CONFLICT" } });
  });

  test("restore to a directory outside of the configured ones is not allowed", async () => {
    const to = join(host.root, "elsewhere");
    const { exitCode, stdout, stderr } = await host.run(
      ...["restore", id, backup_id, "--to", to],
    );
    expect([exitCode, stdout]).toEqual([5, ""]);
    expect(stderr).toMatch(/^project-backups: .*\[PERMISSION_DENIED\]$/);
    expect(existsSync(to)).toBe(false);
  });

  test("restore --in-place keeps the old tree until it is dropped", async () => {
    const notes = join(host.projectDir, "notes.txt");
    writeFileSync(notes, "spoiled\n");
    const reply = await host.json<JobReply>(
      "restore",
      id,
      backup_id,
      "--in-place",
    );
    expect(reply).toMatchObject({ exitCode: 0, job: { state: "succeeded" } });
    expect(readFileSync(notes, "utf8")).toBe("important\n");
    const { job_id, kept_at } = reply.job;
    const { kept } = await host.json<{ kept: object[] }>("host", "kept");
    expect(kept).toMatchObject([{ job_id, kept_at, project_id: id }]);
    expect(existsSync(kept_at as string)).toBe(true);
    const dropped = await host.json("host", "drop-kept", job_id);
    expect(dropped).toMatchObject({ exitCode: 0, removed: kept_at });
    expect(existsSync(kept_at as string)).toBe(false);
    const again = await host.json("host", "drop-kept", job_id);
    expect(again).toMatchObject({ exitCode: 4, error: { code: "NOT_FOUND" } });
  });

  test("restore of what does not exist is not found", async () => {
    const unknown = randomBytes(32).toString("hex");
    const { exitCode } = await host.run("restore", id, unknown, "--in-place");
    expect(exitCode).toBe(4);
  });

  test.each([
    ["a project that is not there", ["backup", randomUUID()]],
    ["a job that is not there", ["cancel", randomUUID()]],
    ["a job id that is none", ["cancel", "x"]],
    ["a kept tree that is not there", ["host", "drop-kept", randomUUID()]],
    ["a kit that is not there", ["repo", "import", "/no/such/kit"]],
  ])("%s is exit code 4", async (_what, args) => {
    const reply = await host.json<ErrorReply>(...args);
    expect(reply).toMatchObject({ exitCode: 4, error: { code: "NOT_FOUND" } });
    expect(Object.keys(reply).toSorted()).toEqual(["error", "exitCode"]);
  });

  test("a malformed id, number or choice is exit code 2", async () => {
    for (const args of [
      ["backup", "not-a-project"],
      ["list", id, "--limit", "0"],
      ["list", id, "--limit", "many"],
      ["jobs", "--limit", "many"],
      ["jobs", "--limit", "-1"],
      ["restore", id, backup_id],
      ["restore", id, backup_id, "--in-place", "--to", "/x"],
      ["restore", id, backup_id.slice(0, 8), "--in-place"],
      ["repo", "import", join(host.projectDir, "notes.txt")],
    ]) {
      const reply = await host.json<ErrorReply>(...args);
      expect([args, reply]).toMatchObject([
        args,
        { exitCode: 2, error: { code: "INVALID_ARGUMENT" } },
      ]);
    }
  });

  test("host show and repo show say what is where", async () => {
    expect(await host.json("host", "show")).toMatchObject({
      exitCode: 0,
      data_dir: host.dataDir,
      jobs: { pending: 0, running: 0, cap: 2 },
      repository: { name: "main", kind: "local" },
    });
    const shown = await host.json<{ repositories: object[] }>("repo", "show");
    expect(shown.repositories).toMatchObject([
      { name: "main", location: `file://${host.root}/repository` },
    ]);
  });

  test("repo kit prints what another host imports", async () => {
    const kit = await host.json<{ password: string }>("repo", "kit");
    expect(kit.password).toMatch(/^.{40,}$/);
    expect(await host.json("status", id)).toMatchObject({ notices: [] });
    const second = makeCliHost({
      repository: { kind: "local", path: join(host.root, "repository") },
      projects: { directory: join(host.root, "projects") },
    });
    const refused = await second.json<ErrorReply>("backup", id);
    expect(refused).toMatchObject({
      exitCode: 1,
      job: { error_code: "REPOSITORY_REJECTED" },
    });
    const path = join(second.root, "kit.json");
    const { exitCode: _none, ...file } = kit;
    writeFileSync(path, JSON.stringify(file));
    expect((await second.run("repo", "import", path)).exitCode).toBe(0);
    const list = await second.json<{ backups: Backup[] }>("list", id);
    expect(list.backups.map((one) => one.backup_id)).toContain(backup_id);
  });

  test("repo kit --to writes a file for this user only, and never over another", async () => {
    const path = join(host.root, "my-kit.json");
    const { exitCode, stdout } = await host.run("repo", "kit", "--to", path);
    expect([exitCode, stdout]).toEqual([
      0,
      `Wrote ${path}: keep it away from this host.`,
    ]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const kit = readFileSync(path, "utf8");
    expect(JSON.parse(kit)).toMatchObject({ kit_version: 1, name: "main" });
    expect(await host.json("repo", "kit", "--to", path)).toMatchObject({
      exitCode: 6,
      error: { code: "CONFLICT" },
    });
    expect(readFileSync(path, "utf8")).toBe(kit);
    const nowhere = join(host.root, "no", "kit.json");
    expect(await host.json("repo", "kit", "--to", nowhere)).toMatchObject({
      exitCode: 1,
      error: { code: "FILESYSTEM_FAILED" },
    });
  });

  test("no secret is in the output of anything, however verbose", async () => {
    const secrets = secretsOf(host.dataDir);
    expect(secrets.length).toBeGreaterThanOrEqual(3);
    const cut = join(host.root, "cut");
    for (const args of [
      ["backup", id],
      ["--json", "backup", id],
      ["list", id, "--refresh"],
      ["jobs", "--limit", "1000"],
      ["repo", "show"],
      ["--json", "repo", "init"],
      ["restore", id, randomBytes(32).toString("hex"), "--to", cut],
    ]) {
      const { stdout, stderr } = await host.run("--verbose", ...args);
      for (const secret of secrets) {
        expect(`${stdout}${stderr}`).not.toContain(secret);
      }
    }
  });

  test("rows, keys and the data directory are for this user only", () => {
    const mode = (name: string) => statSync(join(host.dataDir, name)).mode;
    expect(mode("project-backups.sqlite") & 0o777).toBe(0o600);
    expect(mode("keys") & 0o777).toBe(0o700);
    expect(mode("keys/main.key") & 0o777).toBe(0o600);
    expect(mode("keys/main.kit.json") & 0o777).toBe(0o600);
  });
});

describeReal("a host without a repository", { needs: ["rustic"] }, () => {
  test.each([[[]], [["--refresh"]]])(
    "lists nothing and makes none (%j)",
    async (options: string[]) => {
      const host = makeCliHost();
      const listed = await host.json("list", host.project_id, ...options);
      expect(listed).toMatchObject({ exitCode: 0, backups: [], as_of: null });
      expect(existsSync(join(host.root, "repository"))).toBe(false);
      expect(await host.json("repo", "kit")).toMatchObject({ exitCode: 4 });
    },
  );

  test("that should have one says that it is missing", async () => {
    const path = join(makeCliHost().root, "repository");
    const repository = { kind: "local", path, init: false };
    const host = makeCliHost({ repository });
    expect(await host.json("list", host.project_id)).toMatchObject({
      exitCode: 1,
      error: { code: "REPOSITORY_MISSING" },
    });
  });

  test("has exported its kit only when somebody got it", async () => {
    const host = makeCliHost();
    expect((await host.run("repo", "init")).exitCode).toBe(0);
    const main = join(__dirname, "../../dist/lib/cli/main.js");
    const { exitCode, stderr } = await execa(
      "sh",
      [
        ...["-c", 'exec "$@" >/dev/full', "sh", process.execPath, main],
        ...["--data-dir", host.dataDir, "repo", "kit"],
      ],
      { reject: false },
    );
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringContaining("could not be printed"),
    ]);
    expect(await host.json("status", host.project_id)).toMatchObject({
      notices: [{ code: "KIT_NOT_EXPORTED" }],
    });
  });
});

describe("host drop-kept", () => {
  test("refuses the old tree of a restore that was cut off in its swap", async () => {
    const host = makeCliHost();
    const { host_id } = await host.json<{ host_id: string }>("host", "show");
    const kept = join(host.root, "kept");
    mkdirSync(kept);
    const store = openStore(host.dataDir, host_id);
    const { ask, claim } = verbsOf(store);
    const { job_id } = ask(host.project_id).row;
    claim();
    store.jobs.note(job_id, { journal: "[]", kept_at: kept });
    store.jobs.settle(job_id, { state: "failed", now: 1 });
    store.close();
    const refused = await host.json("host", "drop-kept", job_id);
    expect(refused).toMatchObject({ exitCode: 6, error: { code: "CONFLICT" } });
    expect(existsSync(kept)).toBe(true);
  });
});

describe("without a host", () => {
  test.each([
    ["no command", []],
    ["an unknown command", ["destroy"]],
    ["an unknown option", ["list", "x", "--force"]],
    ["a missing argument", ["backup"]],
    ["an argument too many", ["status", "a", "b"]],
  ])("%s is exit code 2", async (_what, args) => {
    const { exitCode, stdout, stderr } = await runCli(args);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/usage|error/i);
  });

  test("help is exit code 0 and names the exit codes", async () => {
    const { exitCode, stdout } = await runCli(["--help"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Exit codes: 0 done, 1 failed, 2 wrong usage");
  });

  test("no data directory named is exit code 2, the environment can name it", async () => {
    const { exitCode, stderr } = await runCli(["host", "show"]);
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringContaining("PROJECT_BACKUPS_DATA_DIR"),
    ]);
    const { dataDir } = makeCliHost();
    const named = { PROJECT_BACKUPS_DATA_DIR: dataDir };
    expect((await runCli(["host", "show"], named)).exitCode).toBe(0);
  });
});

/** The kit's password and what the key file holds. */
function secretsOf(dataDir: string): string[] {
  const read = (name: string) =>
    readFileSync(join(dataDir, "keys", name), "utf8");
  const { password } = JSON.parse(read("main.kit.json")) as {
    password: string;
  };
  const key = read("main.key").match(/[A-Za-z0-9+/_-]{16,}={0,2}/g) ?? [];
  return [password, ...key];
}
