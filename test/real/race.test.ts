import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Sqlite from "better-sqlite3";
import type { Job } from "../../conat-api/index.js";
import type { ProjectBackups } from "../../lib/index.js";
import { mountBtrfs } from "../support/btrfs-image.js";
import {
  type EngineProcess,
  makeSharedHost,
  type SharedHost,
} from "../support/engine-processes.js";
import { makeSlowRustic } from "../support/slow-rustic.js";
import { describeReal } from "../support/tools.js";
import { until } from "../support/until.js";

const cap = 2;

/** Breaks of the two rules, written by the file itself at each change. */
const watchdog = `
  CREATE TABLE violations (rule TEXT, job_id TEXT);
  CREATE TABLE changes (job_id TEXT, before TEXT, after TEXT);
  CREATE TRIGGER watch AFTER UPDATE OF state ON jobs BEGIN
    INSERT INTO changes VALUES (NEW.job_id, OLD.state, NEW.state);
    INSERT INTO violations SELECT 'cap', NEW.job_id
      WHERE (SELECT count(*) FROM jobs WHERE state = 'running') > ${cap};
    INSERT INTO violations SELECT 'project', NEW.job_id
      WHERE (SELECT count(*) FROM jobs WHERE state = 'running'
        AND project_id = NEW.project_id) > 1;
  END`;

function openFile({ dataDir }: SharedHost): Sqlite.Database {
  return new Sqlite(join(dataDir, "project-backups.sqlite"), { timeout: 9000 });
}

describeReal("three processes on one job file", { needs: ["rustic"] }, () => {
  test("never run more than the cap, nor two jobs of a project", async () => {
    const host = makeSharedHost({
      projects: 20,
      config: { limits: { jobs: cap } },
    });
    // So that the test's own trigger is there before the first job.
    await (await host.start({ work: false })).close();
    const file = openFile(host);
    file.exec(watchdog);
    const processes = await Promise.all([1, 2, 3].map(() => host.spawn()));

    let watching = true;
    const seen = sample(file, () => watching);
    const answers = await startAll(host, processes);
    expect(answers).toHaveLength(60);
    await until(() => unfinished(file) === 0, 50_000);
    watching = false;
    const { mostRunning, mostOfProject } = await seen;
    await Promise.all(processes.map((process) => process.end()));

    expect({ mostRunning, mostOfProject }).toEqual({
      mostRunning: cap,
      mostOfProject: 1,
    });
    expect(file.prepare("SELECT * FROM violations").all()).toEqual([]);
    const rows = file.prepare("SELECT * FROM jobs").all() as Job[];
    expect(new Set(rows.map(({ state }) => state))).toEqual(
      new Set(["succeeded"]),
    );
    expectEachOnce(file, rows);
    expectAnswered(answers, rows, host.projects);
    expect(workersOf(rows).size).toBeGreaterThan(1);
    await expectStored(host, rows);
    file.close();
  }, 60_000);

  /**
   * Three starts of each project, one a process. Two processes get a job
   * each before the rest is asked for: else the first would take both places
   * and never give one up.
   */
  async function startAll(
    { projects }: SharedHost,
    processes: EngineProcess[],
  ): Promise<{ job: Job; joined: boolean }[]> {
    const calls = processes.flatMap((process) =>
      projects.map((project_id) => ({ process, project_id })),
    );
    const start = ({ process, project_id }: (typeof calls)[number]) =>
      process.call("start", { project_id });
    const firstOf = (process?: EngineProcess, project_id?: string) =>
      calls.findIndex(
        (call) => call.process === process && call.project_id === project_id,
      );
    const early = [];
    for (const at of [0, 1]) {
      const [call] = calls.splice(firstOf(processes[at], projects[at]), 1);
      if (call) early.push(await start(call));
    }
    return [...early, ...(await Promise.all(calls.map(start)))];
  }

  /** Looks at the rows all the time, as any other process could. */
  async function sample(file: Sqlite.Database, watching: () => boolean) {
    const running = file.prepare(
      "SELECT project_id FROM jobs WHERE state = 'running'",
    );
    let [mostRunning, mostOfProject] = [0, 0];
    while (watching()) {
      const projects = running.pluck().all() as string[];
      mostRunning = Math.max(mostRunning, projects.length);
      const different = new Set(projects).size;
      mostOfProject = Math.max(mostOfProject, projects.length - different + 1);
      await sleep(2);
    }
    return { mostRunning, mostOfProject };
  }

  function unfinished(file: Sqlite.Database): unknown {
    return file
      .prepare(
        "SELECT count(*) FROM jobs WHERE state IN ('pending', 'running')",
      )
      .pluck()
      .get();
  }

  /** Each job was claimed once and settled once. */
  function expectEachOnce(file: Sqlite.Database, rows: Job[]): void {
    const changes = file
      .prepare("SELECT job_id || ' ' || before || ' ' || after FROM changes")
      .pluck()
      .all();
    const expected = rows.flatMap(({ job_id }) => [
      `${job_id} pending running`,
      `${job_id} running succeeded`,
    ]);
    expect(changes.toSorted()).toEqual(expected.toSorted());
  }

  /** Every answer names a job of its project; three asked for each. */
  function expectAnswered(
    answers: { job: Job; joined: boolean }[],
    rows: Job[],
    projects: string[],
  ): void {
    const made = answers.filter(({ joined }) => !joined);
    expect(made.map(({ job }) => job.job_id).toSorted()).toEqual(
      rows.map(({ job_id }) => job_id).toSorted(),
    );
    const known = new Set(rows.map(({ job_id }) => job_id));
    for (const project_id of projects) {
      const own = answers.filter(({ job }) => job.project_id === project_id);
      expect(own).toHaveLength(3);
      for (const { job } of own) expect(known.has(job.job_id)).toBe(true);
    }
  }

  function workersOf(rows: Job[]): Set<number> {
    return new Set(
      rows.map((row) => (row as Job & { owner_pid: number }).owner_pid),
    );
  }

  /** What the rows say is in the repository, and nothing else is. */
  async function expectStored(host: SharedHost, rows: Job[]): Promise<void> {
    const engine = await host.start({ work: false });
    const repository = await engine.tools.repositories.open();
    const ids = await repository.ids();
    const made = rows.filter(({ unchanged }) => !unchanged);
    expect(ids.toSorted()).toEqual(made.map((row) => row.backup_id).toSorted());
    for (const { project_id, backup_id } of rows) {
      const own = made.filter((row) => row.project_id === project_id);
      expect(own.map((row) => row.backup_id)).toContain(backup_id);
    }
    await engine.close();
  }
});

describe("a start after the snapshot of a running backup", () => {
  let engine: ProjectBackups | undefined;
  afterEach(async () => {
    await engine?.close({ drainMs: 0 });
    engine = undefined;
  });

  async function askTenTimes(host: SharedHost) {
    const rustic = { project_id: host.projects[0] as string };
    const caller = { type: "local" } as const;
    const { handlers } = engine as ProjectBackups;
    const asked = Array.from({ length: 10 }, () =>
      handlers("start", caller, rustic),
    );
    return Promise.all(asked);
  }

  /** A first backup whose rustic waits, and the follow-up, both finished. */
  async function followUpOf(host: SharedHost, slow: Slow) {
    engine = await host.start();
    const { store } = engine.tools;
    slow.hold("backup");
    const before = await askTenTimes(host);
    const first = before[0]?.job.job_id ?? "";
    await slow.begun("backup");
    const changed = join(host.projectDir(host.projects[0] ?? ""), "new.txt");
    writeFileSync(changed, "after the snapshot");
    const after = await askTenTimes(host);
    slow.release();
    const ids = (answers: { job: Job }[]) => [
      ...new Set(answers.map(({ job }) => job.job_id)),
    ];
    const [followUp = ""] = ids(after);
    await until(() => store.jobs.get(followUp)?.state === "succeeded");
    return {
      firstIds: ids(before),
      followUpIds: ids(after),
      joined: after.filter(({ joined }) => joined).length,
      first: store.jobs.get(first),
      followUp: store.jobs.get(followUp),
      count: store.jobs.list({ limit: 99 }).length,
    };
  }

  type Slow = ReturnType<typeof makeSlowRustic>;

  describeReal("of a plain directory", { needs: ["rustic"] }, () => {
    test("yields exactly one follow-up, whoever asks", async () => {
      const slow = makeSlowRustic();
      const config = { commands: { rustic: slow.path } };
      const found = await followUpOf(makeSharedHost({ config }), slow);
      expect(found).toMatchObject({
        firstIds: [found.first?.job_id],
        followUpIds: [found.followUp?.job_id],
        joined: 9,
        count: 2,
      });
      expect(found.first?.state).toBe("succeeded");
      expect(found.followUp?.job_id).not.toBe(found.first?.job_id);
      const { finished_at } = found.first ?? {};
      expect(found.followUp?.started_at).toBeGreaterThanOrEqual(
        finished_at ?? Infinity,
      );
    });
  });

  describeReal("of a subvolume", { needs: ["rustic", "btrfs"] }, () => {
    test("yields one follow-up that has what the first one lacks", async () => {
      const disk = await mountBtrfs({ sizeBytes: 256 * 1024 * 1024 });
      try {
        const slow = makeSlowRustic();
        const config = { commands: { rustic: slow.path } };
        const host = makeSharedHost({
          projectsIn: disk.path,
          config,
          subvolumes: true,
        });
        const { first, followUp, count } = await followUpOf(host, slow);
        expect(count).toBe(2);
        expect(first).toMatchObject({ source: "btrfs", files: 1 });
        expect(followUp).toMatchObject({ source: "btrfs", files: 2 });
        await engine?.close();
      } finally {
        await disk.unmount();
      }
    });
  });
});
