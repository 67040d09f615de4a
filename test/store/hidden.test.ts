import type { Store } from "../../lib/store/index.js";
import { newProject, openTestStore, verbsOf } from "../support/job-rows.js";

const repository_id = "r";
const backup_id = "a".repeat(64);

describe("a backup that was forgotten while the project was compared with it", () => {
  let store: Store;
  let project_id: string;
  let job_id: string;

  beforeEach(() => {
    store = openTestStore();
    const { ask, claim } = verbsOf(store);
    project_id = newProject();
    ask(project_id);
    job_id = claim()?.job_id ?? "";
    const key = { repository_id, backup_id, project_id };
    store.annotations.annotate([key], { forgotten_at: 2500 }, 2500);
  });
  afterEach(() => store.close());

  const settle = () =>
    store.jobs.settle(job_id, {
      ...{ state: "succeeded", repository_id, backup_id },
      ...{ unchanged: true, now: 3000 },
    });

  test("does not stand for it: the job is tried again, as its code says", () => {
    expect(settle()).toMatchObject({
      state: "failed",
      error_code: "INTERRUPTED",
    });
    const [again] = store.jobs.list({ project_id, limit: 1 });
    expect(again).toMatchObject({ state: "pending", retry_of: job_id });
  });

  test("leaves a job cancelled that somebody has cancelled", () => {
    store.jobs.cancel(job_id, "ann", 2600);
    expect(settle()).toMatchObject({ state: "cancelled", cancelled_by: "ann" });
    const rows = store.jobs.list({ project_id, limit: 9 });
    expect(rows).toHaveLength(1);
  });
});
