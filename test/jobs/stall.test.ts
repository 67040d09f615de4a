/** rustic that hangs, broods, babbles, ends early or cannot read. */

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Job } from "../../conat-api/index.js";
import { mountBtrfs } from "../support/btrfs-image.js";
import { writeDamagedFile } from "../support/damaged-file.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { isRunning } from "../support/processes.js";
import { expectAsTheTableSays, retryOf } from "../support/retry-of.js";
import { rusticsOf, runningRustic } from "../support/running-rustic.js";
import { slowed } from "../support/slowed.js";
import { describeReal } from "../support/tools.js";
import { makeUnrulyRustic, manners } from "../support/unruly-rustic.js";
import { until } from "../support/until.js";

const mib = 1024 * 1024;

let engine: TestEngine;
let project_id: string;
afterEach(() => engine.close());

type Options = { rustic?: string; idleSeconds?: number };

async function start({ rustic, idleSeconds = 60 }: Options = {}) {
  engine = await startTestEngine({
    config: {
      limits: { idle_timeout_seconds: idleSeconds },
      ...(rustic ? { commands: { rustic } } : {}),
    },
  });
  project_id = engine.projects[0] as string;
}

const rowOf = ({ job_id }: Job) => engine.backups.tools.store.jobs.get(job_id);

async function ask(): Promise<Job> {
  return (await engine.local("start", { project_id })).job;
}

/** A backup that takes its time, and its rustic once it reads. */
async function beginLong(): Promise<{ job: Job; pid: number }> {
  const large = join(engine.projectDir(project_id), "large.bin");
  writeFileSync(large, randomBytes(64 * mib));
  const job = await ask();
  return { job, pid: await runningRustic("backup") };
}

/** The group that its row names; throws when it never names one. */
async function groupOf(job: Job): Promise<number> {
  await until(() => typeof rowOf(job)?.group_pid === "number");
  return rowOf(job)?.group_pid as number;
}

function expectNothingLeft(job: Job): void {
  expect(rusticsOf("backup")).toEqual([]);
  expect(rowOf(job)).toMatchObject({ stage: null, group_pid: null });
  const stages = join(engine.host.dataDir, "stage");
  expect(existsSync(stages) ? readdirSync(stages) : []).toEqual([]);
}

async function storedIds(): Promise<string[]> {
  return (await engine.backups.tools.repositories.open()).ids();
}

describeReal("a rustic that hangs", { needs: ["root", "rustic"] }, () => {
  test("is ended with its whole group, and the backup is tried again", async () => {
    await start({ idleSeconds: 1 });
    const { job, pid } = await beginLong();
    process.kill(pid, "SIGSTOP");
    const group = await groupOf(job);
    expect([pid, group].map(isRunning)).toEqual([true, true]);
    const ended = await engine.ended(job);
    expect(ended).toMatchObject({
      ...{ state: "failed", error_code: "STALLED", backup_id: null },
      error_message:
        "The command neither wrote, read nor computed for 1 s and was ended. It is tried again by itself.",
    });
    await expectAsTheTableSays(engine, ended);
    expect([pid, group].map(isRunning)).toEqual([false, false]);
    expectNothingLeft(job);

    const again = await ask();
    expect(again).toMatchObject({ retry_of: job.job_id, attempt: 2 });
    expect((await engine.ended(again)).state).toBe("succeeded");
  });

  test("keeps its heart beating until then: the host is well", async () => {
    await start({ idleSeconds: 4 });
    const { job, pid } = await beginLong();
    process.kill(pid, "SIGSTOP");
    const beat = async () => {
      const { heartbeat_at } = rowOf(job) ?? {};
      await until(() => (rowOf(job)?.heartbeat_at ?? 0) > (heartbeat_at ?? 0));
      return rowOf(job);
    };
    // What was on its way when it stopped has arrived by then.
    const before = await beat();
    const { state, progress_at } = (await beat()) ?? {};
    expect(state).toBe("running");
    expect(progress_at).toBe(before?.progress_at);
    process.kill(pid, "SIGCONT");
    expect((await engine.ended(job)).state).toBe("succeeded");
  });
});

describeReal("a rustic that is silent", { needs: ["rustic"] }, () => {
  test("is left alone while it computes, however long", async () => {
    const rustic = makeUnrulyRustic();
    await start({ rustic: rustic.path, idleSeconds: 1 });
    rustic.behave(manners.broods(3));
    const ended = await engine.ended(await ask());
    expect(ended).toMatchObject({ state: "succeeded", warnings: [] });
    const { started_at, finished_at } = ended;
    const took = (finished_at ?? 0) - (started_at ?? 0);
    expect(took).toBeGreaterThan(3000);
    expect(await storedIds()).toEqual([ended.backup_id]);
  });
});

describeReal("a rustic that exits 0", { needs: ["root", "rustic"] }, () => {
  test("because it was told to end has not succeeded", async () => {
    await start();
    const slow = slowed("rustic", "backup");
    const { job, pid } = await beginLong();
    // It has read something: its handler of signals stands.
    await until(() => (rowOf(job)?.bytes_done ?? 0) > 0);
    process.kill(pid, "SIGTERM");
    const ended = await engine.ended(job);
    await slow.end();
    expect(ended).toMatchObject({
      ...{ state: "failed", error_code: "COMMAND_FAILED", backup_id: null },
      error_message:
        "Could not back up the project: rustic ended without the result that proves it. It is tried again by itself.",
    });
    await expectAsTheTableSays(engine, ended);
    expect(engine.log.join("\n")).toContain("Ctrl-C received");
    expect(await storedIds()).toEqual([]);
    expectNothingLeft(job);
    expect((await engine.ended(await ask())).state).toBe("succeeded");
  });

  test.each([
    ["with garbage", manners.babbles],
    ["with a summary that names no backup", manners.lies],
    ["without a word", "exit 0"],
  ])("%s has not succeeded", async (_how, lines) => {
    const rustic = makeUnrulyRustic();
    await start({ rustic: rustic.path });
    rustic.behave(lines);
    const job = await ask();
    const ended = await engine.ended(job);
    expect(ended).toMatchObject({
      ...{ state: "failed", error_code: "COMMAND_FAILED", backup_id: null },
      error_message: expect.stringContaining(
        "rustic ended without the result that proves it.",
      ),
    });
    await expectAsTheTableSays(engine, ended);
    expectNothingLeft(job);
    rustic.tame();
    expect((await engine.ended(await ask())).state).toBe("succeeded");
  });

  test("three times in a row is not asked a fourth time", async () => {
    const rustic = makeUnrulyRustic();
    await start({ rustic: rustic.path });
    rustic.behave(manners.babbles);
    const attempts: Job[] = [];
    for (const _time of [1, 2, 3]) {
      attempts.push(await engine.ended(await ask()));
    }
    expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    const last = attempts[2] as Job;
    expect(await retryOf(engine, last)).toBeUndefined();
    expect(last.error_message).not.toContain("tried again");
  });

  test("without saying that it made the backup is found to have made it", async () => {
    const rustic = makeUnrulyRustic();
    await start({ rustic: rustic.path });
    rustic.behave(manners.isMute);
    const job = await ask();
    const ended = await engine.ended(job);
    const ids = await storedIds();
    expect(ids).toHaveLength(1);
    expect(ended).toMatchObject({ state: "succeeded", backup_id: ids[0] });
    expect(await retryOf(engine, job)).toBeUndefined();
  });
});

describeReal(
  "a file that cannot be read",
  { needs: ["rustic", "btrfs"] },
  () => {
    test("is a warning; the rest is in the backup", async () => {
      const disk = await mountBtrfs({ sizeBytes: 256 * mib });
      await start();
      try {
        const subvolume = join(disk.path, project_id);
        execFileSync("btrfs", ["-q", "subvolume", "create", subvolume]);
        engine.paths.set(project_id, { subvolume });
        writeFileSync(join(subvolume, "whole.txt"), "whole");
        mkdirSync(join(subvolume, "folder"));
        writeDamagedFile(disk, join(subvolume, "folder", "damaged.bin"));

        const ended = await engine.ended(await ask());
        expect(ended).toMatchObject({
          ...{ state: "succeeded", error_code: null, warnings_count: 1 },
          // rustic does not say which file it was.
          warnings: [
            { message: "a file that rustic does not name: Input/output error" },
          ],
        });
        const path = join(engine.root, "restored", "there");
        const { job } = await engine.local("restore", {
          ...{ project_id, backup_id: `${ended.backup_id}` },
          target: { type: "directory", path },
        });
        expect((await engine.ended(job)).state).toBe("succeeded");
        const restored = join(path, "project");
        expect(readdirSync(restored)).toEqual(["folder", "whole.txt"]);
        expect(readdirSync(join(restored, "folder"))).toEqual([]);
      } finally {
        await engine.close();
        await disk.unmount();
      }
    });
  },
);
