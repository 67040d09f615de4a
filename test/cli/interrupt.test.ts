import { setTimeout as sleep } from "node:timers/promises";
import type { Job } from "../../conat-api/index.js";
import { buildCli, spawnCli } from "../support/cli.js";
import { type CliHost, makeCliHost } from "../support/cli-host.js";
import { makeSlowRustic, type SlowRustic } from "../support/slow-rustic.js";
import { processesOf } from "../support/processes.js";
import { describeReal } from "../support/tools.js";

type Signal = "SIGINT" | "SIGTERM" | "SIGHUP";

beforeAll(buildCli, 60_000);

describeReal("a signal", { needs: ["rustic"] }, () => {
  let host: CliHost;
  let rustic: SlowRustic;

  beforeAll(() => {
    rustic = makeSlowRustic();
    host = makeCliHost({ commands: { rustic: rustic.path } });
  });
  afterEach(() => rustic.release());

  const newestJob = async () => {
    const { jobs } = await host.json<{ jobs: Job[] }>("jobs", "--limit", "1");
    return jobs[0] as Job;
  };

  test("comes to a host whose first backup went well", async () => {
    const first = await host.json("backup", host.project_id);
    expect(first).toMatchObject({ exitCode: 0 });
  });

  /** Interrupts the command while rustic's `subcommand` runs. */
  const interrupted = async (
    signal: Signal,
    subcommand: string,
    ...args: string[]
  ) => {
    rustic.hold(subcommand);
    const begun = rustic.begun(subcommand);
    const command = spawnCli(["--data-dir", host.dataDir, ...args]);
    await begun;
    const running = await newestJob();
    const sent = performance.now();
    command.kill(signal);
    const { exitCode, stdout, stderr } = await command;
    const tookMs = performance.now() - sent;
    return { exitCode, stdout, stderr, running, tookMs };
  };

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)(
    "%s during a backup ends rustic, cancels the job, says so and is exit code %d",
    async (signal, code) => {
      const cut = await interrupted(
        signal,
        "backup",
        "backup",
        host.project_id,
      );
      expect(cut.running).toMatchObject({ state: "running", phase: "reading" });
      expect(cut.exitCode).toBe(code);
      expect(cut.tookMs).toBeLessThan(5000);
      expect(processesOf(host.root)).toEqual([]);
      const { job_id } = cut.running;
      expect([cut.stdout, cut.stderr]).toEqual([
        "",
        `project-backups: Ended by ${signal}: job ${job_id} is cancelled. [CANCELLED]`,
      ]);
      expect(await newestJob()).toMatchObject({
        job_id,
        state: "cancelled",
        cancelled_by: "local",
        error_code: "CANCELLED",
      });
      rustic.release();
      const next = await host.json<{ job: Job }>("backup", host.project_id);
      expect(next).toMatchObject({ exitCode: 0, joined: false });
    },
  );

  test("SIGINT leaves a job that somebody else asked for to the host", async () => {
    const queued = await host.json<{ job: Job }>(
      ...["backup", host.project_id, "--no-wait"],
    );
    const cut = await interrupted(
      "SIGINT",
      "backup",
      "backup",
      host.project_id,
    );
    expect(cut.running.job_id).toBe(queued.job.job_id);
    expect([cut.exitCode, cut.stderr]).toEqual([
      130,
      "project-backups: Ended by SIGINT. [CANCELLED]",
    ]);
    expect(await newestJob()).toMatchObject({
      job_id: queued.job.job_id,
      state: "pending",
      phase: null,
    });
    rustic.release();
    expect((await host.run("backup", host.project_id)).exitCode).toBe(0);
  });

  test("SIGINT during a restore cancels it: the project is as it was", async () => {
    const { backup_id } = await newestJob();
    const cut = await interrupted(
      ...(["SIGINT", "restore", "restore", host.project_id] as const),
      ...[backup_id as string, "--in-place"],
    );
    expect(cut.exitCode).toBe(130);
    expect(processesOf(host.root)).toEqual([]);
    expect(await newestJob()).toMatchObject({
      job_id: cut.running.job_id,
      state: "cancelled",
      cancelled_by: "local",
      kept_at: null,
    });
  });

  test("SIGKILL leaves a running row, which the next command settles and has tried again", async () => {
    rustic.hold("backup");
    const begun = rustic.begun("backup");
    const command = spawnCli([
      ...["--data-dir", host.dataDir, "backup", host.project_id],
    ]);
    await begun;
    command.kill("SIGKILL");
    await command;
    const { jobs } = await host.json<{ jobs: Job[] }>("jobs", "--limit", "2");
    expect(jobs[1]).toMatchObject({
      ...{ state: "failed", error_code: "INTERRUPTED" },
    });
    expect(jobs[0]).toMatchObject({
      ...{ state: "pending", retry_of: jobs[1]?.job_id },
    });
    while (processesOf(host.root).length > 0) await sleep(20);
  });
});
