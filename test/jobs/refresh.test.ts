import type { ReadOptions } from "../../lib/repository/repository.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { someBackup } from "../support/wire-values.js";

const repository_id = "5e".repeat(32);
const idOf = (digit: string) => digit.repeat(64);

let engine: TestEngine;
beforeEach(async () => {
  engine = await startTestEngine({ work: false });
});
afterEach(() => engine.close());

/** A repository of three snapshots: a backup, a stranger's, a broken one. */
function fakeRepository(whileListing = () => {}) {
  const { repositories, store } = engine.backups.tools;
  const reads: (readonly string[])[] = [];
  type Found = Awaited<ReturnType<typeof repositories.find>>;
  const row = { repository_id, name: "main", kind: "local", location: "there" };
  store.repositories.opened(row, 1);
  repositories.find = () =>
    Promise.resolve({
      repository_id,
      ids() {
        const listed = ["a", "b", "c"].map(idOf);
        whileListing();
        return Promise.resolve(listed);
      },
      read(ids: readonly string[], { onMalformed }: ReadOptions) {
        reads.push(ids);
        if (ids.includes(idOf("c"))) onMalformed?.(idOf("c"));
        const project_id = engine.projects[0] as string;
        const backup_id = idOf("a");
        const backup = someBackup({ backup_id, repository_id, project_id });
        const backups = ids.includes(backup_id) ? [backup] : [];
        return Promise.resolve({ backups, annotations: [] });
      },
    } as unknown as Found);
  return { reads, store };
}

test("what is no backup is read once, and a broken snapshot is told of", async () => {
  const { reads, store } = fakeRepository();
  await engine.backups.refresh();
  await engine.backups.refresh();
  expect(reads).toEqual([["a", "b", "c"].map(idOf), []]);
  expect(store.backups.ids(repository_id)).toEqual([idOf("a")]);
  const told = engine.log.filter((line) => line.includes(idOf("c")));
  expect(told).toEqual([expect.stringContaining("warn a snapshot cannot")]);
});

test("a backup that settles while the repository is listed stays in the list", async () => {
  const project_id = engine.projects[0] as string;
  const backup_id = idOf("d");
  const added = [someBackup({ backup_id, repository_id, project_id })];
  const { store } = fakeRepository(() =>
    store.backups.takeReading({ repository_id, added, gone: [], now: 1 }),
  );
  await engine.backups.refresh();
  expect(store.backups.ids(repository_id)).toEqual([idOf("a"), backup_id]);
});

test("a host without a repository reads nothing and makes nothing", async () => {
  await engine.backups.refresh();
  expect(engine.backups.tools.repositories.knownId()).toBeUndefined();
});
