import type { BackupFacts } from "../../conat-api/index.js";
import type { Store } from "../../lib/store/index.js";
import { newProject, openTestStore, verbsOf } from "../support/job-rows.js";

const repository_id = "r";
const idOf = (letter: string) => letter.repeat(64);
const project_id = newProject();

function backupOf(letter: string): BackupFacts {
  return {
    ...{ repository_id, backup_id: idOf(letter), project_id, time: 1 },
    ...{ size_bytes: 1, added_bytes: 1, files: 1, duration_ms: 1 },
    ...{ trigger: null, requested_by: null },
    ...{ warnings_count: null, warnings: [] },
  };
}

describe("backups that a prune ran beside", () => {
  let store: Store;
  beforeEach(() => (store = openTestStore()));
  afterEach(() => store.close());

  const read = (letter: string) =>
    store.backups.takeReading({
      ...{ repository_id, added: [backupOf(letter)], gone: [], now: 1 },
    });
  const unproven = () =>
    store.backups.unproven(repository_id).map(({ backup_id }) => backup_id);

  test("are remembered before a reading brings their row", () => {
    store.backups.markUnproven(repository_id, [idOf("a")], true);
    expect(unproven()).toEqual([idOf("a")]);
    read("a");
    expect(unproven()).toEqual([idOf("a")]);
    expect(store.backups.find(repository_id, idOf("a"))?.unproven).toBe(true);
  });

  test("are proven by the next one, read by then or not", () => {
    const ids = [idOf("a"), idOf("b")];
    read("b");
    store.backups.markUnproven(repository_id, ids, true);
    store.backups.markUnproven(repository_id, ids, false);
    expect(unproven()).toEqual([]);
    read("a");
    expect(store.backups.find(repository_id, idOf("a"))?.unproven).toBe(false);
  });

  test("say nothing of another repository's", () => {
    store.backups.markUnproven("other", [idOf("a")], true);
    read("a");
    expect(unproven()).toEqual([]);
  });

  test.each(["prune", "check"] as const)(
    "are flagged when they begin beside it, and do not begin while a %s proves",
    (kind) => {
      const { ask, claim } = verbsOf(store);
      const { row } = store.jobs.askRepository({
        ...{ repository_id, kind, now: 1000 },
        ...{ trigger: "manual", requested_by: "local" },
      });
      claim({ only: row.job_id });
      const begins = () => {
        const { row: asked } = ask(newProject());
        return claim({ only: asked.job_id });
      };
      expect(begins()).toMatchObject({ beside_prune: 0 });
      store.jobs.note(row.job_id, { phase: "pruning" });
      expect(begins()).toMatchObject({ beside_prune: 1 });
      store.jobs.note(row.job_id, { phase: "proving" });
      expect(begins()).toBeUndefined();
    },
  );

  test("keep the flag of an earlier prune when a later one changed nothing", () => {
    const { ask, claim } = verbsOf(store);
    ask(project_id);
    const first = claim()?.job_id;
    store.jobs.flagBesidePrune();
    const earlier = store.jobs.besidePrune();
    expect(earlier).toEqual([first]);
    ask(newProject());
    claim();
    store.jobs.flagBesidePrune();
    expect(store.jobs.countBesidePrune()).toBe(2);
    store.jobs.clearBesidePrune(earlier);
    expect(store.jobs.besidePrune()).toEqual([first]);
  });
});
