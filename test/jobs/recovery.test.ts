import { randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Job } from "../../conat-api/index.js";
import { silentLogger } from "../../lib/host.js";
import type { ProjectBackups } from "../../lib/index.js";
import { keepRecovering, recover } from "../../lib/jobs/recovery.js";
import { type JobRow, withFileLock } from "../../lib/store/index.js";
import {
  makeSharedHost,
  type SharedHost,
} from "../support/engine-processes.js";
import { dead, self, verbsOf } from "../support/job-rows.js";
import { isRunning } from "../support/processes.js";
import { makeSlowRustic } from "../support/slow-rustic.js";
import { describeReal } from "../support/tools.js";
import { until } from "../support/until.js";

let engine: ProjectBackups | undefined;
afterEach(async () => {
  await engine?.close({ drainMs: 0 });
  engine = undefined;
});

const rowOf = ({ tools }: ProjectBackups, job_id: string) =>
  tools.store.jobs.get(job_id) as JobRow;

describeReal("a host process that was killed", { needs: ["rustic"] }, () => {
  test("leaves nothing of its backup but a row that says so", async () => {
    const rustic = makeSlowRustic();
    const host = makeSharedHost({
      config: { commands: { rustic: rustic.path } },
    });
    const killed = await host.spawn();
    const { job } = await runningBackup(host, killed, rustic);
    engine = await host.start({ work: false });
    const before = rowOf(engine, job.job_id);
    expect(before.state).toBe("running");
    const { group_pid, stage } = before;
    expect(isRunning(group_pid ?? 0)).toBe(true);
    expect(existsSync(stage ?? "")).toBe(true);

    await killed.kill();
    await recover(engine.tools);

    expect(rowOf(engine, job.job_id)).toMatchObject({
      state: "failed",
      error_code: "INTERRUPTED",
      stage: null,
      group_pid: null,
      backup_id: null,
    });
    expect(isRunning(group_pid ?? 0)).toBe(false);
    expect(existsSync(stage ?? "")).toBe(false);
  });

  test("is found at the next start, and the project is backed up again", async () => {
    const rustic = makeSlowRustic();
    const host = makeSharedHost({
      config: { commands: { rustic: rustic.path } },
    });
    const killed = await host.spawn();
    const { job, project_id } = await runningBackup(host, killed, rustic);
    await killed.kill();
    rustic.release();
    engine = await host.start();
    expect(rowOf(engine, job.job_id).error_code).toBe("INTERRUPTED");
    const caller = { type: "local" } as const;
    const again = await engine.handlers("start", caller, { project_id });
    const { job_id } = again.job;
    const { tools } = engine;
    await until(() => tools.store.jobs.get(job_id)?.state === "succeeded");
  });

  test("does not disturb the jobs of a process that lives", async () => {
    const rustic = makeSlowRustic();
    const host = makeSharedHost({
      projects: 2,
      config: { commands: { rustic: rustic.path } },
    });
    const killed = await host.spawn();
    const { job } = await runningBackup(host, killed, rustic);
    const living = await host.spawn();
    const other = host.projects[1] as string;
    const { job: alive } = await living.call("start", { project_id: other });
    engine = await host.start({ work: false });
    const { tools } = engine;
    await until(() => tools.store.jobs.get(alive.job_id)?.group_pid !== null);

    await killed.kill();
    await recover(engine.tools);

    expect(rowOf(engine, job.job_id).state).toBe("failed");
    const { state, group_pid, stage } = rowOf(engine, alive.job_id);
    expect(state).toBe("running");
    expect(isRunning(group_pid ?? 0)).toBe(true);
    expect(existsSync(stage ?? "")).toBe(true);
    rustic.release();
    await until(() => rowOf(engine!, alive.job_id).state === "succeeded");
    await living.end();
  });

  /** A backup whose rustic has begun and waits. */
  async function runningBackup(
    { projects }: SharedHost,
    process: Awaited<ReturnType<SharedHost["spawn"]>>,
    rustic: ReturnType<typeof makeSlowRustic>,
  ): Promise<{ job: Job; project_id: string }> {
    const project_id = projects[0] as string;
    rustic.hold("backup");
    const { job } = await process.call("start", { project_id });
    await rustic.begun("backup");
    return { job, project_id };
  }
});

describe("recovery", () => {
  /** An idle engine, and a running job of somebody who has died. */
  async function withDead(kind: "backup" | "restore") {
    const host = makeSharedHost();
    engine = await host.start({ work: false });
    const { tools } = engine;
    const project_id = host.projects[0] as string;
    const verbs = verbsOf(tools.store);
    const { job_id } =
      kind === "backup"
        ? verbs.ask(project_id).row
        : verbs.askRestore(project_id);
    tools.store.jobs.claim({ owner: dead, cap: 1, now: 2000 });
    const row = () => rowOf(engine!, job_id);
    return { host, tools, job_id, row, place: host.projectDir(project_id) };
  }

  /** Staged and journalled as an in-place restore does. */
  async function withDeadSwap() {
    const found = await withDead("restore");
    const { tools, job_id, place } = found;
    const work = join(dirname(place), ".project-backups");
    const stage = join(work, "staging", job_id);
    const staged = join(stage, "project");
    const kept = join(work, "kept", job_id, "project");
    for (const path of [staged, dirname(kept)])
      mkdirSync(path, { recursive: true });
    writeFileSync(join(staged, "restored.txt"), "new");
    const journal = JSON.stringify([{ staged, place, kept, had_old: true }]);
    const kept_at = dirname(kept);
    tools.store.jobs.note(job_id, {
      phase: "swapping",
      stage,
      journal,
      kept_at,
    });
    return { ...found, staged, kept };
  }

  test("leaves a restore that had not swapped yet without a trace", async () => {
    const { tools, row, place, kept, staged } = await withDeadSwap();
    await recover(tools);
    expect(row()).toMatchObject({
      state: "failed",
      error_code: "INTERRUPTED",
      error_message: expect.stringContaining("as it was before"),
      journal: null,
      kept_at: null,
      stage: null,
    });
    expect(readdirSync(place)).toEqual(["notes.txt"]);
    expect(existsSync(dirname(staged))).toBe(false);
    expect(existsSync(dirname(kept))).toBe(false);
  });

  test("finishes a restore that had begun to swap", async () => {
    const { tools, row, place, kept, staged } = await withDeadSwap();
    renameSync(place, kept);
    await recover(tools);
    expect(row()).toMatchObject({
      state: "succeeded",
      error_code: null,
      kept_at: dirname(kept),
      stage: null,
    });
    expect(readdirSync(place)).toEqual(["restored.txt"]);
    expect(readdirSync(kept)).toEqual(["notes.txt"]);
    expect(existsSync(dirname(staged))).toBe(false);
  });

  test("that was cut short says the same when it is repeated", async () => {
    const { tools, row, place } = await withDeadSwap();
    const { settle } = tools.store.jobs;
    tools.store.jobs.settle = () => {
      throw new Error("the disk is full");
    };
    await recover(tools);
    expect(row().state).toBe("running");
    tools.store.jobs.settle = settle;
    await recover(tools);
    expect(row()).toMatchObject({ state: "failed", error_code: "INTERRUPTED" });
    expect(readdirSync(place)).toEqual(["notes.txt"]);
  });

  test("acts once when two begin together", async () => {
    const { tools, row, place, kept, host } = await withDeadSwap();
    const replaced: string[] = [];
    const counting = {
      ...tools,
      host: {
        ...tools.host,
        replaced: (id: string) => {
          replaced.push(id);
          return Promise.resolve();
        },
      },
    };
    renameSync(place, kept);
    await Promise.all([recover(counting), recover(counting)]);
    expect(row().state).toBe("succeeded");
    expect(replaced).toEqual(host.projects);
    expect(readdirSync(place)).toEqual(["restored.txt"]);
  });

  test("does nothing while another process recovers", async () => {
    const { tools, row, host } = await withDead("backup");
    const lock = join(host.dataDir, "recovery.lock");
    await withFileLock(lock, () => recover(tools));
    expect(row().state).toBe("running");
    await recover(tools);
    expect(row().state).toBe("failed");
  });

  test("removes the stage of a job that ended without being able to", async () => {
    const { tools, job_id, row, host } = await withDead("backup");
    const stage = join(host.dataDir, "stage", job_id);
    for (const path of [join(stage, "project"), `${stage}.captures`]) {
      mkdirSync(path, { recursive: true });
    }
    tools.store.jobs.note(job_id, { stage });
    const settled = tools.store.jobs.settle(job_id, {
      state: "failed",
      now: 1,
    });
    await recover(tools);
    expect(readdirSync(join(host.dataDir, "stage"))).toEqual([]);
    expect(row()).toEqual({ ...settled, stage: null });
  });

  test("goes on with the other rows when one cannot be cleaned up", async () => {
    const { tools, row: stuck } = await withDead("restore");
    const { job_id } = verbsOf(tools.store).ask(randomUUID()).row;
    tools.store.jobs.claim({ owner: dead, cap: 9, now: 3000 });
    const { paths } = tools.host.projects;
    tools.host.projects.paths = () => Promise.reject(new Error("no answer"));
    await recover(tools);
    expect(stuck().state).toBe("running");
    expect(rowOf(engine!, job_id).state).toBe("failed");
    tools.host.projects.paths = paths;
    await recover(tools);
    expect(stuck().state).toBe("failed");
  });

  test("leaves its own process's jobs alone", async () => {
    const { tools, host } = await withDead("backup");
    const { job_id } = verbsOf(tools.store).ask(host.dataDir).row;
    tools.store.jobs.claim({ owner: self, cap: 9, now: 3000 });
    await recover(tools);
    expect(rowOf(engine!, job_id).state).toBe("running");
  });

  test("that keeps on finds whoever dies later, and closes", async () => {
    const { tools, row } = await withDead("backup");
    const recovery = keepRecovering(tools, 20);
    await until(() => row().state === "failed");
    await recovery.close();
    expect(row().error_code).toBe("INTERRUPTED");
  });

  test("that cannot look says so and throws nothing", async () => {
    const { tools, host } = await withDead("backup");
    const errors: string[] = [];
    const error = (message: string) => void errors.push(message);
    const logger = { ...silentLogger, error };
    const broken = { ...tools, host: { ...tools.host, logger } };
    broken.host.dataDir = join(host.dataDir, "a-file");
    writeFileSync(broken.host.dataDir, "");
    const recovery = keepRecovering(broken, 20);
    await until(() => errors.length > 1);
    await recovery.close();
    expect(errors[0]).toBe("dead jobs could not be looked for");
  });
});
