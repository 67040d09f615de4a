import type { Settlement, Store } from "../../lib/store/index.js";
import { newProject, openTestStore, verbsOf } from "../support/job-rows.js";

const repository_id = "a".repeat(64);
const project_id = newProject();
let store: Store;
let verbs: ReturnType<typeof verbsOf>;
beforeEach(() => {
  store = openTestStore();
  verbs = verbsOf(store);
});
afterEach(() => store.close());

const failed: Settlement = {
  state: "failed",
  error_code: "INTERRUPTED",
  error_message: "The host went away.",
  now: 3000,
};

function backupOf(job_id: string | null, number = 1) {
  return {
    backup_id: String(number).repeat(64),
    ...{ repository_id, project_id, job_id, time: number },
    ...{ size_bytes: 1, added_bytes: 1, files: 1, duration_ms: 1 },
    ...{ trigger: null, requested_by: null },
    ...{ warnings_count: null, warnings: [] },
  };
}

/** A running backup that rustic may have stored. */
function inDoubt(): string {
  verbs.ask(project_id);
  const { job_id = "" } = verbs.claim() ?? {};
  store.jobs.note(job_id, { repository_id, in_doubt: true });
  return job_id;
}

const row = (job_id: string) => store.jobs.get(job_id);
const doubts = () => store.jobs.inDoubt(repository_id).map((one) => one.job_id);

describe("a backup in doubt", () => {
  test("stays in doubt when it failed, and is looked for in its repository alone", () => {
    const job_id = inDoubt();
    expect(doubts()).toEqual([]);
    store.jobs.settle(job_id, failed);
    expect(doubts()).toEqual([job_id]);
    expect(store.jobs.inDoubt("b".repeat(64))).toEqual([]);
  });

  test.each(["succeeded", "cancelled"] as const)(
    "is not in doubt any more when it %s",
    (state) => {
      const job_id = inDoubt();
      expect(store.jobs.settle(job_id, { state, now: 3000 })).toMatchObject({
        in_doubt: 0,
      });
    },
  );

  test("is not in doubt any more when it is there in part", () => {
    const error_code = "REPOSITORY_DAMAGED" as const;
    const job_id = inDoubt();
    store.jobs.settle(job_id, { ...failed, error_code });
    expect(row(job_id)).toMatchObject({ error_code, in_doubt: 0 });
    const other = inDoubt();
    store.jobs.settle(other, failed);
    store.jobs.settleDoubt(other, { ...failed, error_code });
    expect(row(other)).toMatchObject({ error_code, in_doubt: 0 });
  });

  test("may still turn out to have succeeded, once", () => {
    const job_id = inDoubt();
    store.jobs.settle(job_id, failed);
    const truth = { state: "succeeded" as const, now: 4000 };
    expect(store.jobs.settleDoubt(job_id, truth)).toMatchObject({
      ...{ state: "succeeded", error_code: null, error_message: null },
    });
    expect(store.jobs.settleDoubt(job_id, truth)).toBeUndefined();
    expect(doubts()).toEqual([]);
  });

  test("that is not there has failed for good", () => {
    const job_id = inDoubt();
    store.jobs.settle(job_id, failed);
    store.jobs.clearDoubt(job_id);
    const truth = { state: "succeeded" as const, now: 4000 };
    expect(store.jobs.settleDoubt(job_id, truth)).toBeUndefined();
    expect(row(job_id)?.state).toBe("failed");
  });

  test("is not handed back: its tag may be in the repository", () => {
    const job_id = inDoubt();
    expect(store.jobs.handBack(job_id)).toBe(false);
    store.jobs.note(job_id, { in_doubt: false });
    expect(store.jobs.handBack(job_id)).toBe(true);
  });
});

describe("the backup of a job", () => {
  const takes = (...added: ReturnType<typeof backupOf>[]) =>
    store.backups.takeReading({ repository_id, added, gone: [], now: 1 });

  test("is found by its tag, and for its project alone", () => {
    const job = { repository_id, project_id, job_id: "job" };
    takes(backupOf("job"), backupOf(null, 2), backupOf("other", 3));
    expect(store.backups.ofJob(job)?.backup_id).toBe("1".repeat(64));
    const foreign = { ...job, project_id: newProject() };
    expect(store.backups.ofJob(foreign)).toBeUndefined();
    const elsewhere = { ...job, repository_id: "b".repeat(64) };
    expect(store.backups.ofJob(elsewhere)).toBeUndefined();
  });

  test("shows the wire nothing of the tag", () => {
    takes(backupOf("job"));
    const [shown] = store.backups.list({ repository_id, project_id, limit: 9 });
    expect(shown).not.toHaveProperty("job_id");
  });

  test("is none when its repository did not keep it whole", () => {
    const job_id = inDoubt();
    store.jobs.settle(job_id, { ...failed, error_code: "REPOSITORY_DAMAGED" });
    takes(backupOf(job_id), backupOf(null, 2));
    const shown = store.backups.list({ repository_id, project_id, limit: 9 });
    expect(shown.map(({ time }) => time)).toEqual([2]);
  });
});

describe("a restore's swap", () => {
  const journal = "[]";

  function running(): string {
    verbs.askRestore(project_id);
    return verbs.claim()?.job_id ?? "";
  }

  test("cannot be cancelled once it has begun", () => {
    const job_id = running();
    expect(store.jobs.beginSwap(job_id, { journal, now: 5000 })).toBe(true);
    expect(store.jobs.cancel(job_id, "hub", 6000)).toBeUndefined();
    expect(row(job_id)).toMatchObject({
      ...{ phase: "swapping", journal, progress_at: 5000 },
      ...{ cancel_requested_by: null },
    });
  });

  test("does not begin once a cancel was asked for", () => {
    const job_id = running();
    expect(store.jobs.cancel(job_id, "hub", 6000)).toBeDefined();
    expect(store.jobs.beginSwap(job_id, { journal, now: 7000 })).toBe(false);
    expect(row(job_id)?.journal).toBeNull();
  });

  test("does not begin for a row that somebody has settled", () => {
    const job_id = running();
    store.jobs.settle(job_id, failed);
    expect(store.jobs.beginSwap(job_id, { journal, now: 7000 })).toBe(false);
  });

  test("that was taken back may be cancelled again", () => {
    const job_id = running();
    store.jobs.beginSwap(job_id, { journal, now: 5000 });
    store.jobs.note(job_id, { journal: null });
    expect(store.jobs.cancel(job_id, "hub", 6000)).toBeDefined();
  });
});
