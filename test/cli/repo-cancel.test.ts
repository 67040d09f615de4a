import { randomUUID } from "node:crypto";
import type { RepositoryJob } from "../../conat-api/index.js";
import { buildCli, spawnCli } from "../support/cli.js";
import { type CliHost, makeCliHost } from "../support/cli-host.js";
import { processesOf } from "../support/processes.js";
import { makeSlowRustic, type SlowRustic } from "../support/slow-rustic.js";
import { describeReal } from "../support/tools.js";

beforeAll(buildCli, 60_000);

describeReal("a job on the repository", { needs: ["rustic"] }, () => {
  let host: CliHost;
  let rustic: SlowRustic;

  beforeAll(async () => {
    rustic = makeSlowRustic();
    const host_id = randomUUID();
    host = makeCliHost({
      ...{ host_id, maintenance: { maintainer: host_id } },
      commands: { rustic: rustic.path },
    });
    await host.run("backup", host.project_id);
  });
  afterEach(() => rustic.release());

  const newest = async () => {
    const { repositories } = await host.json<{
      repositories: { jobs: RepositoryJob[] }[];
    }>("repo", "show");
    return repositories[0]?.jobs[0] as RepositoryJob;
  };

  /** Until its rustic has begun, and waits. */
  const begin = async (kind: "check" | "prune") => {
    rustic.hold(kind);
    const begun = rustic.begun(kind);
    const command = spawnCli(["--data-dir", host.dataDir, "repo", kind]);
    await begun;
    return { command, job: await newest() };
  };

  test.each(["check", "prune"] as const)(
    "SIGINT during a %s ends rustic, cancels the job and says so",
    async (kind) => {
      const { command, job } = await begin(kind);
      expect(job).toMatchObject({ kind, state: "running" });
      command.kill("SIGINT");
      const { exitCode, stdout, stderr } = await command;
      expect([exitCode, stdout, stderr]).toEqual([
        ...[130, ""],
        `project-backups: Ended by SIGINT: job ${job.job_id} is cancelled. [CANCELLED]`,
      ]);
      expect(processesOf(host.root)).toEqual([]);
      expect(await newest()).toMatchObject({
        ...{ job_id: job.job_id, state: "cancelled" },
        ...{ cancelled_by: "local", error_code: "CANCELLED" },
      });
    },
  );

  test("is named by repo show, and cancelled by another command", async () => {
    const { command, job } = await begin("check");
    const { job_id } = job;
    const shown = await host.run("repo", "show");
    expect(shown.stdout).toContain(`check is running: job ${job_id}`);
    const cancelled = await host.run("cancel", job_id);
    expect([cancelled.exitCode, cancelled.stdout]).toEqual([
      ...[0, "The host that runs the job ends it now."],
    ]);
    const { exitCode, stdout } = await command;
    expect(exitCode).toBe(7);
    expect(stdout).toContain("The check was cancelled");
    const again = await host.run("cancel", job_id);
    expect([again.exitCode, again.stdout]).toEqual([
      ...[6, "The job had ended before: cancelled."],
    ]);
    const after = await host.run("repo", "show");
    expect(after.stdout).not.toContain(job_id);
  });
});
