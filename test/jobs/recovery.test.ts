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
import { watchOwners } from "../../lib/jobs/deaths.js";
import { settleOrphans } from "../../lib/jobs/doubt.js";
import { createRecovery } from "../../lib/jobs/keep-recovering.js";
import { recover, removeAbandoned } from "../../lib/jobs/recovery.js";
import { createRefresher } from "../../lib/jobs/refresh.js";
import { type JobRow, withFileLock } from "../../lib/store/index.js";
import { keptDirectory, stagingDirectory } from "../../lib/work-directory.js";
import {
  makeSharedHost,
  type SharedHost,
} from "../support/engine-processes.js";
import { dead, self, verbsOf } from "../support/job-rows.js";
import { isRunning } from "../support/processes.js";
import { removeTree, tempDir } from "../support/temp.js";
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

/** As the engine does, with the repository's answer awaited. */
async function recoverAndAsk(tools: ProjectBackups["tools"]): Promise<void> {
  const refresher = createRefresher(tools);
  const { signal } = new AbortController();
  await settleOrphans(await recover(tools), refresher, tools, signal);
  await removeAbandoned(tools);
  await refresher.close();
}

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
    await recoverAndAsk(engine.tools);

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

  test("takes its rustic with it", async () => {
    const rustic = makeSlowRustic();
    const host = makeSharedHost({
      config: { commands: { rustic: rustic.path } },
    });
    const killed = await host.spawn();
    const { job } = await runningBackup(host, killed, rustic);
    engine = await host.start({ work: false });
    const { group_pid } = rowOf(engine, job.job_id);
    expect(isRunning(group_pid ?? 0)).toBe(true);
    await killed.kill();
    const since = performance.now();
    await until(() => !isRunning(group_pid ?? 0));
    expect(performance.now() - since).toBeLessThan(1000);
    await recoverAndAsk(engine.tools);
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
    const begun = rustic.begun("backup");
    const { job: alive } = await living.call("start", { project_id: other });
    await begun;
    engine = await host.start({ work: false });

    await killed.kill();
    await recoverAndAsk(engine.tools);

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
    const { host, config } = tools;
    const stage = stagingDirectory(host, config, place, job_id);
    const staged = join(stage, "project");
    const kept = join(keptDirectory(config, place, job_id), "project");
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

  test("removes what a restore staged whose swap was undone, and could not write that down", async () => {
    const { tools, job_id, row, staged } = await withDeadSwap();
    const failed = { state: "failed", now: 1 } as const;
    tools.store.jobs.settle(job_id, { ...failed, swap_undone: true });
    expect(row()).toMatchObject({ journal: null, kept_at: null });
    await recover(tools);
    expect(existsSync(dirname(staged))).toBe(false);
    expect(row().stage).toBeNull();
  });

  test("removes what a restore staged beside the store of a project that has gone", async () => {
    const { tools, job_id, row, place } = await withDead("restore");
    const { host, config } = tools;
    const store = join(tempDir("persist"), "store");
    const staging = (at: string) => stagingDirectory(host, config, at, job_id);
    const [stage, stage_beside] = [staging(place), staging(store)];
    for (const path of [stage, stage_beside]) {
      mkdirSync(join(path, "persist"), { recursive: true });
    }
    tools.store.jobs.note(job_id, { stage, stage_beside });
    host.projects.paths = () => Promise.resolve(undefined);
    await recover(tools);
    expect(existsSync(stage_beside)).toBe(false);
    expect(existsSync(stage)).toBe(false);
    expect(row()).toMatchObject({ stage: null, stage_beside: null });
  });

  test("settles a row that cannot be cleaned up, and goes on with the others", async () => {
    const { tools, row: stuck } = await withDead("restore");
    tools.store.jobs.note(stuck().job_id, { stage: "/no/such/stage" });
    const { job_id } = verbsOf(tools.store).ask(randomUUID()).row;
    tools.store.jobs.claim({ owner: dead, cap: 9, now: 3000 });
    const { paths } = tools.host.projects;
    tools.host.projects.paths = () => Promise.reject(new Error("no answer"));
    await recover(tools);
    expect(stuck()).toMatchObject({
      state: "failed",
      error_code: "INTERRUPTED",
      stage: "/no/such/stage",
    });
    expect(rowOf(engine!, job_id).state).toBe("failed");
    tools.host.projects.paths = paths;
    await recover(tools);
    expect(stuck().stage).toBeNull();
  });

  test("frees the place of a backup whose stage cannot be removed yet", async () => {
    const { tools, job_id, row, host } = await withDead("backup");
    const stage = join(host.dataDir, "stage", job_id);
    mkdirSync(stage, { recursive: true });
    tools.store.jobs.note(job_id, { stage });
    const { clearStage } = tools.store.jobs;
    tools.store.jobs.clearStage = () => {
      throw new Error("busy");
    };
    await recover(tools);
    expect(row()).toMatchObject({ state: "failed", stage });
    tools.store.jobs.clearStage = clearStage;
    await recover(tools);
    expect(row()).toMatchObject({ state: "failed", stage: null });
    expect(existsSync(stage)).toBe(false);
  });

  test("gives up a swap that stays undecided, and leaves all of it where it is", async () => {
    const { tools, row, place, kept, staged } = await withDeadSwap();
    // Something else is in the place, and neither tree can be renamed there.
    renameSync(place, kept);
    mkdirSync(join(place, "else"), { recursive: true });
    const deaths = watchOwners();
    for (const _attempt of [1, 2]) {
      await recover(tools, deaths);
      expect(row().state).toBe("running");
    }
    await recover(tools, deaths);
    const { journal, stage, kept_at } = row();
    expect(row()).toMatchObject({
      state: "failed",
      error_code: "FILESYSTEM_FAILED",
      error_message: expect.stringContaining(dirname(kept)),
    });
    expect([journal !== null, stage, kept_at]).toEqual([
      ...[true, dirname(staged), dirname(kept)],
    ]);
    await recover(tools, deaths);
    expect(readdirSync(staged)).toEqual(["restored.txt"]);
    expect(readdirSync(kept)).toEqual(["notes.txt"]);
    expect(readdirSync(place)).toEqual(["else"]);
    removeTree(dirname(dirname(staged)));
  });

  test("says of a job that somebody was cancelling that it is cancelled", async () => {
    const { tools, job_id, row } = await withDead("backup");
    tools.store.jobs.cancel(job_id, "account-7", 3000);
    await recover(tools);
    expect(row()).toMatchObject({
      state: "cancelled",
      cancelled_by: "account-7",
      error_code: "CANCELLED",
    });
  });

  test("settles a row of its own process that nobody works on", async () => {
    const { tools, host } = await withDead("backup");
    const mine = (project_id: string) => {
      const { job_id } = verbsOf(tools.store).ask(project_id).row;
      tools.store.jobs.claim({ owner: self, cap: 9, now: 3000 });
      return job_id;
    };
    const [silent, moving, here] = [host.dataDir, "moving", "here"].map(mine);
    const deaths = watchOwners((job_id) => job_id === here);
    await recover(tools, deaths);
    tools.store.jobs.heartbeat(self, 4000, [moving as string]);
    await recover(tools, deaths);
    const states = [silent, moving, here].map(
      (job_id) => rowOf(engine!, job_id as string).state,
    );
    expect(states).toEqual(["failed", "running", "running"]);
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
    const refresher = createRefresher(tools);
    const recovery = createRecovery({ tools, refresher, everyMs: 20 });
    await recovery.begin();
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
    writeFileSync(join(host.dataDir, "a-file"), "");
    const refresher = createRefresher(broken);
    const recovery = createRecovery({ tools: broken, refresher, everyMs: 20 });
    await recovery.begin();
    broken.host.dataDir = join(host.dataDir, "a-file");
    await until(() => errors.length > 1);
    await recovery.close();
    expect(errors[0]).toBe("dead jobs could not be looked for");
  });
});
