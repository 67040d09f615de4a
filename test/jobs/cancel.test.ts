/** Cancelling is real: at any moment, at once, and without a trace. */

import { execFileSync } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isTerminal, type Job } from "../../conat-api/index.js";
import type { ProjectHost } from "../../lib/host.js";
import { mountBtrfs } from "../support/btrfs-image.js";
import { refusal } from "../support/callers.js";
import { dataLeftovers } from "../support/data-leftovers.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { paced } from "../support/paced.js";
import { isRunning } from "../support/processes.js";
import { rusticsOf } from "../support/running-rustic.js";
import { describeReal } from "../support/tools.js";
import { until } from "../support/until.js";

const mib = 1024 * 1024;
const account_id = "0f0e0d0c-0b0a-4909-8807-060504030201";
const person = (project_id: string) =>
  ({ type: "account", account_id, project_id }) as const;

let engine: TestEngine;

const rowOf = ({ job_id }: Pick<Job, "job_id">) =>
  engine.backups.tools.store.jobs.get(job_id);

describeReal("a running backup", { needs: ["rustic", "btrfs"] }, () => {
  const moments = 20;
  const lastsMs = 10_000;
  const goneWithinMs = 2000;
  const bytes = 32 * mib;

  let stored: string[];

  /** Projects as subvolumes, each with one large file. */
  async function start(path: string): Promise<void> {
    engine = await startTestEngine({
      projects: moments + 1,
      config: { limits: { jobs: moments } },
    });
    // Whatever makes the repository is none of the twenty.
    const first = engine.projects.pop() ?? "";
    stored = [(await engine.backup(first)).backup_id];
    for (const project_id of engine.projects) {
      const subvolume = join(path, project_id);
      execFileSync("btrfs", ["-q", "subvolume", "create", subvolume]);
      writeFileSync(join(subvolume, "large.bin"), randomBytes(bytes));
      engine.paths.set(project_id, { subvolume });
      engine.roles.set(`${project_id} ${account_id}`, "collaborator");
    }
    // Else the first snapshot waits until all of it is on the disk.
    execFileSync("sync", ["-f", path]);
  }

  /** What reads: the row names the group, and rustic leads it. */
  const readers = () =>
    engine.backups.tools.store.jobs
      .allRunning()
      .filter(({ phase, group_pid }) => phase === "reading" && group_pid)
      .map(({ group_pid }) => ({ pid: Number(group_pid), bytes }));

  interface Cancelled {
    job: Job;
    phase: string | null;
    group_pid: number | null;
    stage: string | null;
    cancelled: boolean;
    waitMs: number;
    /** From the request to the end that the row names. */
    tookMs: number;
    groupLived: boolean;
    stageStood: boolean;
  }

  async function cancelAfter(
    project_id: string,
    waitMs: number,
  ): Promise<Cancelled> {
    const { job } = await engine.local("start", { project_id });
    await sleep(waitMs);
    const { phase = null, group_pid = null, stage = null } = rowOf(job) ?? {};
    const askedAt = engine.host.clock.now();
    const { handlers } = engine.backups;
    const { job_id } = job;
    const request = { project_id, job_id };
    const { cancelled } = await handlers("cancel", person(project_id), request);
    // Longer than it may take: how long it took is told below, with its wait.
    await until(() => isTerminal(rowOf(job)?.state ?? "pending"), 20_000);
    return {
      ...{ job, phase, group_pid, stage, cancelled, waitMs },
      tookMs: (rowOf(job)?.finished_at ?? Infinity) - askedAt,
      groupLived: group_pid !== null && isRunning(group_pid),
      stageStood: stage !== null && existsSync(stage),
    };
  }

  test(`of ten seconds is gone within two, whenever it is cancelled`, async () => {
    const disk = await mountBtrfs();
    await start(disk.path);
    const pace = paced(lastsMs, readers);
    try {
      // Four without waiting: before the snapshot, and while it is taken.
      const all: Cancelled[] = [];
      for (const [at, id] of engine.projects.slice(0, 4).entries()) {
        all.push(await cancelAfter(id, at * 40));
      }
      // One after the other: no host takes twenty snapshots at once.
      const later = engine.projects.slice(4).map(async (id, at) => {
        await sleep(at * 100);
        return cancelAfter(id, randomInt(lastsMs - goneWithinMs));
      });
      all.push(...(await Promise.all(later)));
      for (const one of all) {
        const { phase, waitMs, tookMs } = one;
        const where = `${waitMs} ms after its start, ${phase}: ${tookMs} ms`;
        expect({ where, ...rowOf(one.job) }).toMatchObject({
          where,
          state: "cancelled",
          error_code: "CANCELLED",
          cancelled_by: `account-${account_id}`,
          error_message: `The job was cancelled by account-${account_id}.`,
          ...{ backup_id: null, group_pid: null },
        });
        const { cancelled, groupLived, stageStood } = one;
        const inTime = tookMs <= goneWithinMs;
        expect({ where, inTime, cancelled, groupLived, stageStood }).toEqual({
          ...{ where, inTime: true, cancelled: true },
          ...{ groupLived: false, stageStood: false },
        });
      }
      const reading = all.filter(
        ({ phase, group_pid }) => phase === "reading" && group_pid !== null,
      );
      expect(reading.length).toBeGreaterThan(moments / 4);
      expect(rusticsOf("backup")).toEqual([]);
      const { snapshot, stage } = dataLeftovers(disk.path);
      expect([...snapshot, ...stage]).toEqual([]);
      await expectNothingAdded();
      await expectNoRetry();
    } finally {
      await pace.end();
      await engine.close();
      await disk.unmount();
    }
  });

  async function expectNothingAdded(): Promise<void> {
    const repository = await engine.backups.tools.repositories.open();
    expect(await repository.ids()).toEqual(stored);
  }

  async function expectNoRetry(): Promise<void> {
    const rows = engine.backups.tools.store.jobs.list({ limit: 999 });
    expect(rows).toHaveLength(moments + 1);
  }
});

describeReal("a job that waits", { needs: ["rustic"] }, () => {
  afterEach(() => engine.close());

  test("is cancelled at once, and never begins", async () => {
    engine = await startTestEngine({ work: false });
    const [project_id = ""] = engine.projects;
    const { job } = await engine.local("start", { project_id });
    const { job_id } = job;
    const answer = await engine.local("cancel", { project_id, job_id });
    expect(answer).toMatchObject({
      cancelled: true,
      job: {
        ...{ state: "cancelled", cancelled_by: "local", started_at: null },
        error_message: "The job was cancelled before it began.",
      },
    });
    const again = await engine.local("cancel", { project_id, job_id });
    expect(again).toMatchObject({ cancelled: false });
    const next = await engine.local("start", { project_id });
    expect(next.joined).toBe(false);
  });

  test("a restore too", async () => {
    engine = await startTestEngine({ work: false });
    const [project_id = ""] = engine.projects;
    const { job } = await engine.local("restore", {
      ...{ project_id, backup_id: "b".repeat(64) },
      target: { type: "in_place" },
    });
    const { job_id } = job;
    const answer = await engine.local("cancel", { project_id, job_id });
    expect(answer.job).toMatchObject({ state: "cancelled", started_at: null });
  });
});

describeReal("a restore in place", { needs: ["root", "rustic"] }, () => {
  let project_id: string;
  let place: string;
  let gates: ReturnType<typeof makeGates>;
  afterEach(() => engine.close());

  /** The host stands still at one of these places until it is let go. */
  function makeGates() {
    const held = new Map<string, () => void>();
    return {
      reached: new Set<string>(),
      hold: new Set<string>(),
      async pass(name: string): Promise<void> {
        this.reached.add(name);
        if (!this.hold.has(name)) return;
        await new Promise<void>((resolve) => held.set(name, resolve));
      },
      open(name: string): void {
        this.hold.delete(name);
        held.get(name)?.();
      },
    };
  }

  /** A project with a backup, changed since. */
  async function begin(heldAt: string): Promise<Job> {
    gates = makeGates();
    const replaced = () => gates.pass("replaced");
    engine = await startTestEngine({ host: { replaced } });
    const { projects } = engine.host as { projects: ProjectHost["projects"] };
    projects.withStopped = async (_id, action) => {
      await gates.pass("stopped");
      const result = await action();
      await gates.pass("swapped");
      return result;
    };
    project_id = engine.projects[0] as string;
    place = engine.projectDir(project_id);
    const { backup_id } = await engine.backup(project_id);
    writeFileSync(join(place, "notes.txt"), "changed since");
    gates.hold.add(heldAt);
    const target = { type: "in_place" } as const;
    const asked = { project_id, backup_id, target };
    const { job } = await engine.local("restore", asked);
    await until(() => gates.reached.has(heldAt));
    return job;
  }

  const cancel = ({ job_id }: Job) =>
    engine.local("cancel", { project_id, job_id });
  const notes = () => readFileSync(join(place, "notes.txt"), "utf8");

  test("is cancelled while the project stops: the old tree stays", async () => {
    const job = await begin("stopped");
    expect((await cancel(job)).cancelled).toBe(true);
    gates.open("stopped");
    expect(await engine.ended(job)).toMatchObject({
      ...{ state: "cancelled", cancelled_by: "local", kept_at: null },
    });
    expect(notes()).toBe("changed since");
  });

  test.each(["swapped", "replaced"])(
    "says that it is too late once its tree is in place (%s), and succeeds",
    async (heldAt) => {
      const job = await begin(heldAt);
      const { code, message } = await refusal(cancel(job));
      expect(code).toBe("CONFLICT");
      expect(message).toMatch(/too late/i);
      expect(rowOf(job)).toMatchObject({
        ...{ state: "running", cancel_requested_by: null },
      });
      gates.open(heldAt);
      const ended = await engine.ended(job);
      expect(ended).toMatchObject({
        ...{ state: "succeeded", cancelled_by: null, warnings: [] },
      });
      expect(notes()).toContain("notes of");
      expect(existsSync(String(ended.kept_at))).toBe(true);
      expect((await cancel(job)).cancelled).toBe(false);
    },
  );
});
