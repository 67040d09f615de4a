import { randomUUID } from "node:crypto";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { migrations } from "../../lib/store/migrations.js";
import type { Store } from "../../lib/store/index.js";
import {
  newProject,
  openTestStore,
  self,
  verbsOf,
} from "../support/job-rows.js";
import { bundleProgram, startProgram } from "../support/program.js";
import { tempDir } from "../support/temp.js";
import { until } from "../support/until.js";

let store: Store;
let verbs: ReturnType<typeof verbsOf>;
beforeEach(() => {
  store = openTestStore();
  verbs = verbsOf(store);
});
afterEach(() => store.close());

const ask = () => verbs.ask(newProject()).row;

/** Job ids that changed after `since`, in the order of their changes. */
const changed = (since = 0, limit = 100, { jobs } = store) =>
  jobs.changedSince(since, limit).map(({ job_id }) => job_id);

describe("the revision", () => {
  test("is 0 in a new file and grows with every job that is asked for", () => {
    expect(store.jobs.revision()).toBe(0);
    expect(changed()).toEqual([]);
    const seen = [1, 2, 3].map(() => {
      ask();
      return store.jobs.revision();
    });
    expect(seen).toEqual([1, 2, 3]);
  });

  test("grows with state, phase and bytes", () => {
    const { job_id } = ask();
    const steps = [
      () => verbs.claim(),
      () => store.jobs.note(job_id, { phase: "reading" }),
      () => store.jobs.note(job_id, { bytes_done: 1 }),
      () => store.jobs.note(job_id, { bytes_total: 2 }),
      () => store.jobs.settle(job_id, { state: "succeeded", now: 1 }),
    ];
    for (const step of steps) {
      const before = store.jobs.revision();
      step();
      expect(store.jobs.revision()).toBeGreaterThan(before);
      expect(changed(before)).toEqual([job_id]);
    }
  });

  test("stays as it is when nothing moved that people are told of", () => {
    const { job_id } = ask();
    verbs.claim();
    const before = store.jobs.revision();
    store.jobs.heartbeat(self, 5000, [job_id]);
    store.jobs.note(job_id, { stage: "/stage", fixed_at: 1, kept_at: "/old" });
    store.jobs.note(job_id, { progress_at: 9 });
    store.jobs.settle(randomUUID(), { state: "failed", now: 1 });
    expect(store.jobs.revision()).toBe(before);
    store.jobs.settle(job_id, { state: "succeeded", now: 1 });
    const ended = store.jobs.revision();
    store.jobs.clearStage(job_id);
    store.jobs.note(job_id, { phase: "reading" });
    expect(store.jobs.revision()).toBe(ended);
  });
});

describe("what changed since", () => {
  test("is each job once, as it is now, in the order of the last changes", () => {
    const [first, second, third] = [ask(), ask(), ask()];
    verbs.claim();
    store.jobs.note(first.job_id, { phase: "reading", bytes_done: 7 });
    expect(changed()).toEqual([second.job_id, third.job_id, first.job_id]);
    const last = store.jobs.changedSince(0, 100).at(-1);
    const { revision, ...row } = last ?? { revision: 0 };
    expect(row).toEqual(store.jobs.get(first.job_id));
    expect(row).toMatchObject({ state: "running", bytes_done: 7 });
    expect(revision).toBe(store.jobs.revision());
  });

  test("comes in portions, each after the last one's revision", () => {
    const asked = [1, 2, 3, 4, 5].map(() => ask().job_id);
    const read: string[] = [];
    let since = 0;
    for (;;) {
      const rows = store.jobs.changedSince(since, 2);
      expect(rows.length).toBeLessThanOrEqual(2);
      const last = rows.at(-1);
      if (!last) break;
      read.push(...rows.map(({ job_id }) => job_id));
      since = last.revision;
    }
    expect(read).toEqual(asked);
    expect(since).toBe(store.jobs.revision());
  });

  test("misses nothing that changes between two portions", () => {
    const [first, second, third] = [ask(), ask(), ask()];
    const [seen] = store.jobs.changedSince(0, 1);
    expect(seen?.job_id).toBe(first.job_id);
    verbs.claim();
    verbs.claim();
    expect(changed(seen?.revision)).toEqual([
      third.job_id,
      first.job_id,
      second.job_id,
    ]);
  });

  test("holds a retry as the new row that it is", () => {
    const { project_id, job_id } = ask();
    verbs.claim();
    store.jobs.settle(job_id, { state: "failed", now: 1 });
    const before = store.jobs.revision();
    const { row } = verbs.ask(project_id);
    expect(row.job_id).not.toBe(job_id);
    expect(changed(before)).toEqual([row.job_id]);
  });

  test("is the same for whoever opened the file, and after a restart", () => {
    const dataDir = tempDir("data");
    const [one, other] = [openTestStore(dataDir), openTestStore(dataDir)];
    const { row } = verbsOf(one).ask(newProject());
    expect(changed(0, 9, other)).toEqual([row.job_id]);
    const seen = other.jobs.revision();
    verbsOf(other).claim();
    expect(changed(seen, 9, one)).toEqual([row.job_id]);
    const last = one.jobs.revision();
    one.close();
    other.close();
    const again = openTestStore(dataDir);
    expect(again.jobs.revision()).toBe(last);
    again.close();
  });
});

test("what two other processes write at once is all there, in one order", async () => {
  const dataDir = tempDir("data");
  const here = openTestStore(dataDir);
  const file = bundleProgram("hammer-store");
  const programs = [1, 2].map(() => startProgram(file, [dataDir, "40", "2"]));
  const ended = new Set<string>();
  const revisions: number[] = [];
  const lines = Promise.all(programs.map((program) => program.line()));
  const read = () => {
    const rows = here.jobs.changedSince(revisions.at(-1) ?? 0, 7);
    for (const { revision, state, job_id } of rows) {
      revisions.push(revision);
      if (state === "succeeded") ended.add(job_id);
    }
    return ended.size === 80;
  };
  await until(read);
  const claimed = (await lines).flatMap(
    (line) => (JSON.parse(line) as { claimed: string[] }).claimed,
  );
  await Promise.all(programs.map((program) => program.end()));
  here.close();
  expect(claimed).toHaveLength(80);
  expect([...ended].toSorted()).toEqual(claimed.toSorted());
  expect(revisions).toEqual([...new Set(revisions)].toSorted((a, b) => a - b));
});

describe("a file of an older version", () => {
  /** With a host's name in it. */
  function fileOf(version: number, dataDir: string): Sqlite.Database {
    const file = new Sqlite(join(dataDir, "project-backups.sqlite"));
    for (const step of migrations.slice(0, version)) file.exec(step);
    file.pragma(`user_version = ${version}`);
    file.exec("INSERT INTO host VALUES (1, 'host-1')");
    return file;
  }

  /** Of the first version, with one row that ended and one that waits. */
  function oldFile(): string {
    const dataDir = tempDir("data");
    const file = fileOf(1, dataDir);
    const insert = file.prepare(
      `INSERT INTO jobs (job_id, kind, project_id, trigger, requested_by,
         state, created_at, run_at, attempt)
       VALUES (?, 'backup', ?, 'manual', 'local', ?, 1, 1, 1)`,
    );
    insert.run("ended", newProject(), "succeeded");
    insert.run("waits", newProject(), "pending");
    file.close();
    return dataDir;
  }

  test("keeps its rows, and is told of from the next change on", () => {
    const migrated = openTestStore(oldFile());
    const { jobs } = migrated;
    const rows = jobs.list({ limit: 10 }).map(({ job_id }) => job_id);
    expect(rows).toEqual(["waits", "ended"]);
    expect(jobs.revision()).toBe(0);
    expect(verbsOf(migrated).claim()?.job_id).toBe("waits");
    expect(changed(0, 9, migrated)).toEqual(["waits"]);
    const { row } = verbsOf(migrated).ask(newProject());
    expect(changed(0, 9, migrated)).toEqual(["waits", row.job_id]);
    migrated.close();
  });

  test("of version 4 keeps its bases, and a program of that version its own", () => {
    const dataDir = tempDir("data");
    const old = fileOf(4, dataDir);
    const insert = `INSERT INTO bases (project_id, job_id, path, repository_id,
        backup_id, taken_at, walked_at, live_uuid, generation, persist, excludes)
      VALUES (?, 'job', '/base', 'repository', 'backup', 1, 2, 'uuid', 3, ?, 'x')`;
    const [none, subvolume, later] = [1, 2, 3].map(newProject);
    old.prepare(insert).run(none, '["none"]');
    old.prepare(insert).run(subvolume, '["subvolume","uuid",3]');
    const migrated = openTestStore(dataDir);
    const of = (id = "") => migrated.bases.get(id);
    expect(of(none)).toMatchObject({ path: "/base", persist: '["none"]' });
    expect(of(subvolume)?.persist).toBe('["subvolume"]');
    // It has not been started anew yet.
    old.prepare(insert).run(later, '["none"]');
    expect(of(later)).toMatchObject({ job_id: "job", walked_at: 2 });
    old.close();
    migrated.close();
  });

  test("becomes one of this version, once", () => {
    const dataDir = oldFile();
    const versionOf = () => {
      const file = new Sqlite(join(dataDir, "project-backups.sqlite"));
      const version: unknown = file.pragma("user_version", { simple: true });
      file.close();
      return version;
    };
    expect(versionOf()).toBe(1);
    openTestStore(dataDir).close();
    expect(versionOf()).toBe(migrations.length);
    openTestStore(dataDir).close();
    expect(versionOf()).toBe(migrations.length);
  });
});
