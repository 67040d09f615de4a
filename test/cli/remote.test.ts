/** The command line against a host that runs elsewhere. */

import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Job } from "../../conat-api/index.js";
import type { NewAccount } from "../../lib/standalone/accounts.js";
import { buildCli, runCli, spawnCli } from "../support/cli.js";
import { serveTestHost, type TestServedHost } from "../support/served-host.js";
import { describeReal } from "../support/tools.js";
import { tempDir } from "../support/temp.js";
import { until } from "../support/until.js";

type JobReply = { job: Job };
type ErrorReply = { error: { code: string; message: string } };

beforeAll(buildCli, 120_000);

describeReal("over --url", { needs: ["rustic"] }, () => {
  let host: TestServedHost;
  let id: string;

  beforeAll(async () => {
    host = await serveTestHost();
    id = host.project_id;
  });
  afterAll(() => host.close({ drainMs: 0 }));

  async function as(account: Partial<NewAccount>): Promise<string[]> {
    const { token, client } = await host.signIn(account);
    client.close();
    const file = join(tempDir("token"), "token");
    writeFileSync(file, `${token}\n`);
    return ["--url", host.url, "--token-file", file];
  }

  test("backs up, lists, says the status and the jobs, as on the host itself", async () => {
    const owner = await as({});
    const made = await runCli([...owner, "--json", "backup", id]);
    const { job } = made.json<JobReply>();
    expect(made.exitCode).toBe(0);
    expect(job.requested_by).toMatch(/^account-/);
    const listed = await runCli([...owner, "list", id, "--refresh"]);
    expect(listed.stdout).toContain(job.backup_id);
    const status = await runCli([...owner, "status", id]);
    expect(status.stdout).toMatch(/^health: +ok$/m);
    for (const which of [[], [id]]) {
      const jobs = await runCli([...owner, "jobs", ...which]);
      expect(jobs.stdout).toContain(job.job_id);
    }
    const cancel = await runCli([...owner, "cancel", job.job_id]);
    expect(cancel).toMatchObject({
      exitCode: 6,
      stdout: "The job had ended before: succeeded.",
    });
  });

  test("--watch tells how far it is, a line each, on no terminal too", async () => {
    writeFileSync(join(host.projectDir, "film.bin"), randomBytes(150e6));
    const owner = await as({});
    const { exitCode, stdout, stderr } = await runCli([
      ...[...owner, "backup", id, "--watch"],
    ]);
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^Backup /)]);
    const lines = stderr.split("\n");
    expect(new Set(lines).size).toBe(lines.length);
    expect(stderr).toMatch(/^backup: reading/m);
  });

  test("a Ctrl-C cancels the job that was asked for", async () => {
    writeFileSync(join(host.projectDir, "film.bin"), randomBytes(400e6));
    const owner = await as({});
    const child = spawnCli([...owner, "backup", id, "--watch"]);
    let said = "";
    child.stderr.on("data", (text: Buffer) => (said += text.toString()));
    await until(() => said.includes("reading"), 30_000);
    child.kill("SIGINT");
    expect((await child).exitCode).toBe(130);
    expect(said).toContain("is cancelled");
    const jobs = host.backups.tools.store.jobs.list({ limit: 1 });
    await until(() => {
      const [row] = host.backups.tools.store.jobs.list({ limit: 1 });
      return row?.state === "cancelled";
    });
    expect(jobs).toHaveLength(1);
  });

  test.each([
    ["a viewer", { everywhere: "viewer" }, "PERMISSION_DENIED", 5],
    ["a stranger", { everywhere: undefined }, "PERMISSION_DENIED", 5],
  ] as const)("%s is told so", async (_who, account, code, exitCode) => {
    const found = await runCli([...(await as(account)), "--json", "list", id]);
    expect(found.exitCode).toBe(exitCode);
    expect(found.json<ErrorReply>().error.code).toBe(code);
  });

  test("an account of the hub restores to a directory, a person may not", async () => {
    const owner = await as({});
    const { stdout } = await runCli([...owner, "--json", "list", id]);
    const { backups } = JSON.parse(stdout) as {
      backups: { backup_id: string }[];
    };
    const to = join(host.root, "restored", "by-hub");
    const asked = ["restore", id, backups[0]?.backup_id ?? "", "--to", to];
    expect((await runCli([...owner, ...asked])).exitCode).toBe(5);
    const hub = await as({ hub: true, everywhere: undefined });
    expect((await runCli([...hub, ...asked])).exitCode).toBe(0);
  });

  test("a token that is not known, no token, no host: each is a sentence", async () => {
    const file = join(tempDir("token"), "token");
    writeFileSync(file, "wrong\n");
    const url = ["--url", host.url];
    const nowhere = ["--url", "http://127.0.0.1:9"];
    for (const [args, exitCode, text] of [
      [[...url, "--token-file", file], 5, "does not know this token"],
      [url, 2, "No token is named"],
      [[...nowhere, "--token-file", file], 75, "Nothing answers at"],
      [["--url", "ftp://x", "--token-file", file], 2, "not an http"],
    ] as const) {
      const found = await runCli([...args, "status", id]);
      expect([found.exitCode, found.stderr]).toEqual([
        exitCode,
        expect.stringContaining(text),
      ]);
    }
  });

  test.each([
    ["host", "show"],
    ["repo", "show"],
    ["account", "list"],
    ["serve"],
  ])("%s %s is refused: it works on the host only", async (...args) => {
    const words = args.filter((one) => typeof one === "string");
    const found = await runCli(["--url", host.url, ...words]);
    expect([found.exitCode, found.stderr]).toEqual([
      2,
      expect.stringContaining("works on a data directory"),
    ]);
  });
});
