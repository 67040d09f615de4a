import { BackupError, defaultPolicy } from "../../conat-api/index.js";
import type { ProjectHost } from "../../lib/host.js";
import type { Annotations } from "../../lib/repository/index.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { knowBackups, knownRepositoryId } from "../support/known-backups.js";
import { someBackup } from "../support/wire-values.js";

const repository_id = knownRepositoryId;
const hourMs = 3600 * 1000;
/** No backup is due for hours. */
const noon = Date.UTC(2026, 0, 1, 12);
const idOf = (digit: string) => digit.repeat(64);
const backup_id = idOf("a");
const document_id = idOf("d");

let engine: TestEngine;
let now: number;
beforeEach(() => {
  now = noon;
});
afterEach(() => engine.close());

async function start(host: Partial<ProjectHost> = {}, projects = 1) {
  engine = await startTestEngine({
    projects,
    host: {
      clock: { now: () => now },
      maintainer: () => Promise.resolve("another host"),
      ...host,
    },
    config: { schedule: { enabled: true } },
  });
  const backupOf = (project_id: string, id = backup_id) =>
    someBackup({ backup_id: id, repository_id, project_id });
  knowBackups(
    engine,
    engine.projects.map((id, n) => backupOf(id, idOf(String(n)))),
  );
  return { ...engine.backups.tools, projects: engine.projects, backupOf };
}

/** A repository that holds documents, and can be filled and broken. */
function fakeRepository() {
  const { repositories } = engine.backups.tools;
  const state = {
    missing: false,
    fails: new Set<string>(),
    saved: [] as { project_id: string; replaces: readonly string[] }[],
    backups: [] as ReturnType<typeof someBackup>[],
    annotations: [] as Annotations[],
    reads: [] as (readonly string[])[],
  };
  const saveAnnotations = (
    project_id: string,
    _text: string,
    { replaces = [] }: { replaces?: readonly string[] } = {},
  ) => {
    const error = new BackupError("LIMIT_EXCEEDED", "too large");
    if (state.fails.has(project_id)) return Promise.reject(error);
    state.saved.push({ project_id, replaces });
    return Promise.resolve(idOf("e"));
  };
  const listed = () => [
    ...state.backups.map((one) => one.backup_id),
    ...state.annotations.map(({ id }) => id),
  ];
  const repository = {
    ...{ repository_id, saveAnnotations },
    ids: () => Promise.resolve(listed()),
    read(ids: readonly string[]) {
      state.reads.push(ids);
      return Promise.resolve({
        backups: state.backups.filter((one) => ids.includes(one.backup_id)),
        annotations: state.annotations.filter(({ id }) => ids.includes(id)),
      });
    },
  };
  repositories.find = () =>
    Promise.resolve(state.missing ? undefined : (repository as never));
  return state;
}

const documentOf = (project_id: string, text: string): Annotations => ({
  ...{ id: document_id, project_id, time: 1, text },
});
const pinnedText = (id = backup_id) =>
  JSON.stringify({
    version: 1,
    backups: [{ backup_id: id, pinned: true, updated_at: 7 }],
  });

test("one that always fails holds up no other, and is tried again an hour later", async () => {
  const { store, projects } = await start({}, 2);
  const there = fakeRepository();
  const [broken = "", whole = ""] = projects;
  there.fails.add(broken);
  store.projects.setPolicy(broken, null, now);
  now += 1;
  store.projects.setPolicy(whole, null, now);
  const failures = () =>
    engine.log.filter((line) => line.includes("could not be saved")).length;
  for (const minute of [1, 2, 3]) {
    now += minute * 60_000;
    await engine.backups.tick();
  }
  expect(there.saved).toMatchObject([{ project_id: whole }]);
  expect(failures()).toBe(1);
  there.fails.clear();
  now += hourMs;
  await engine.backups.tick();
  expect(there.saved).toMatchObject([
    { project_id: whole },
    { project_id: broken },
  ]);
});

test("is not taken for written where there is no repository yet", async () => {
  const { store, projects } = await start();
  const there = fakeRepository();
  there.missing = true;
  store.projects.setPolicy(projects[0] ?? "", null, now);
  now += hourMs;
  await engine.backups.tick();
  there.missing = false;
  now += hourMs;
  await engine.backups.tick();
  expect(there.saved).toHaveLength(1);
});

test("one of a later version is kept beside ours", async () => {
  const { store, projects } = await start();
  const there = fakeRepository();
  const [project_id = ""] = projects;
  there.annotations.push(documentOf(project_id, '{"version":2}'));
  await engine.backups.refresh();
  await engine.backups.refresh();
  expect(there.reads).toEqual([[document_id], []]);
  store.projects.setPolicy(project_id, null, now);
  now += hourMs;
  await engine.backups.tick();
  expect(there.saved).toEqual([{ project_id, replaces: [] }]);
});

test("while one of a later version may hold pins, retention forgets nothing", async () => {
  const { store, projects, backupOf } = await start();
  const there = fakeRepository();
  const [project_id = ""] = projects;
  there.backups = ["1", "2"].map((digit) => ({
    ...backupOf(project_id, idOf(digit)),
    ...{ time: Number(digit), trigger: "scheduled" as const },
  }));
  const keep = { last: 1, hourly: 0, daily: 0, weekly: 0, monthly: 0 };
  store.projects.setPolicy(
    project_id,
    { ...defaultPolicy, keep: { ...keep, yearly: 0 } },
    now,
  );
  there.annotations.push(documentOf(project_id, '{"version":2}'));
  const listed = () =>
    store.backups.list({ project_id, repository_id, limit: 9 }).length;
  const lookTwice = async () => {
    for (const _ of [1, 2]) {
      now += 60_000;
      await engine.backups.tick();
      await engine.backups.refresh();
    }
    await engine.backups.tick();
  };
  await lookTwice();
  expect(listed()).toBe(2);
  // Another host has replaced it.
  there.annotations = [];
  await lookTwice();
  expect(listed()).toBe(1);
});

test("the list does not count as read before what is pinned is known", async () => {
  const { store, projects, backupOf } = await start();
  const there = fakeRepository();
  const [project_id = ""] = projects;
  there.backups.push(backupOf(project_id));
  there.annotations.push(documentOf(project_id, pinnedText()));
  const { take } = store.documents;
  store.documents.take = () => {
    throw new Error("killed");
  };
  await expect(engine.backups.refresh()).rejects.toThrow(
    "Something went wrong",
  );
  expect(store.repositories.get(repository_id)?.read_at).toBe(4711);
  store.documents.take = take;
  // It is read again by this very process.
  await engine.backups.refresh();
  expect(store.backups.find(repository_id, backup_id)?.pinned).toBe(true);
  expect(store.documents.known(repository_id)).toEqual([document_id]);
});

describe("of a hub", () => {
  const kept = new Map<string, string>();
  const hub = {
    read: (id: string) => Promise.resolve(kept.get(id)),
    write: (id: string, text: string) =>
      Promise.resolve(void kept.set(id, text)),
  };
  beforeEach(() => kept.clear());

  test("what others have written there is taken before it is overwritten", async () => {
    const { store, projects } = await start({ annotations: hub });
    const [project_id = ""] = projects;
    kept.set(project_id, pinnedText());
    store.projects.setPolicy(project_id, null, now);
    now += hourMs;
    await engine.backups.tick();
    expect(JSON.parse(kept.get(project_id) ?? "")).toMatchObject({
      ...{ policy_at: noon },
      backups: [{ backup_id, pinned: true }],
    });
  });

  test("what is not understood is left as it is, and told of", async () => {
    const { store, projects } = await start({ annotations: hub }, 2);
    const [later = "", other = ""] = projects;
    const text = '{"version":2,"pins":"all"}';
    kept.set(later, text);
    store.projects.setPolicy(later, null, now);
    store.projects.setPolicy(other, null, now);
    now += hourMs;
    await engine.backups.tick();
    expect(kept.get(later)).toBe(text);
    expect(kept.get(other)).toContain('"version":1');
    expect(engine.log).toContainEqual(
      expect.stringMatching(/a document could not be saved .*later version/),
    );
  });
});

test("a port that fails for one project stops the retention of no other", async () => {
  const { store, projects } = await start(
    {
      quota: (id) =>
        id === projects[0]
          ? Promise.reject(new Error("the hub is away"))
          : Promise.resolve({}),
    },
    2,
  );
  fakeRepository();
  await engine.backups.tick();
  now += 60_000;
  await engine.backups.refresh();
  now += 60_000;
  await engine.backups.tick();
  const retained = projects.map((id) => store.projects.get(id)?.retained_at);
  expect(retained).toEqual([null, now]);
});

test("a schedule that this host cannot use counts as daily, and is told of once", async () => {
  const { store, projects } = await start({}, 2);
  fakeRepository();
  const [project_id = ""] = projects;
  const schedule = {
    type: "cron" as const,
    expression: "0 5 * * *",
    time_zone: "Mars/Olympus",
  };
  store.projects.setPolicy(project_id, { ...defaultPolicy, schedule }, now);
  await engine.backups.tick();
  now += 60_000;
  await engine.backups.tick();
  expect(engine.log.filter((line) => line.includes("Mars"))).toHaveLength(1);
  expect(engine.log.filter((line) => /could not|failed/.test(line))).toEqual(
    [],
  );
  const status = await engine.local("status", { project_id });
  expect(status.next_due_at).toBeGreaterThan(now);
  const { policy, next_due_at } = await engine.local("get_policy", {
    project_id,
  });
  expect(policy.schedule).toEqual(schedule);
  expect(next_due_at).toBe(status.next_due_at);
});
