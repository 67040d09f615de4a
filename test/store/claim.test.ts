import { longestWaitMs, type Store } from "../../lib/store/index.js";
import {
  newProject,
  openTestStore,
  self,
  verbsOf,
} from "../support/job-rows.js";

let store: Store;
let verbs: ReturnType<typeof verbsOf>;
beforeEach(() => {
  store = openTestStore();
  verbs = verbsOf(store);
});
afterEach(() => store.close());

describe("a claim", () => {
  test("makes the job running and says whose it is", () => {
    const { job_id } = verbs.ask(newProject()).row;
    const row = verbs.claim({ now: 2000 });
    expect(row).toMatchObject({
      job_id,
      state: "running",
      phase: "preparing",
      started_at: 2000,
      heartbeat_at: 2000,
      owner_pid: self.pid,
      owner_started: self.started,
      owner_boot: self.boot,
    });
    expect(store.jobs.get(job_id)).toEqual(row);
  });

  test("takes restores first, what people asked for next, the schedule last", () => {
    const scheduled = verbs.ask(newProject(), {
      now: 1,
      trigger: "scheduled",
    }).row;
    const late = verbs.ask(newProject(), { now: 3 }).row;
    const early = verbs.ask(newProject(), { now: 2 }).row;
    const restore = verbs.askRestore(newProject(), { now: 4 });
    const expected = [restore, early, late, scheduled];
    const taken = expected.map(() => verbs.claim()?.job_id);
    expect(taken).toEqual(expected.map(({ job_id }) => job_id));
  });

  test("takes nothing beyond the cap", () => {
    for (let i = 0; i < 3; i++) verbs.ask(newProject());
    expect(verbs.claim({ cap: 2 })).toBeDefined();
    const second = verbs.claim({ cap: 2 });
    expect(verbs.claim({ cap: 2 })).toBeUndefined();
    store.jobs.settle(second?.job_id ?? "", { state: "failed", now: 3000 });
    expect(verbs.claim({ cap: 2 })).toBeDefined();
  });

  test("takes nothing of a project that has a running job", () => {
    const project = newProject();
    verbs.ask(project);
    verbs.claim();
    verbs.askRestore(project);
    expect(verbs.claim()).toBeUndefined();
    const other = verbs.ask(newProject()).row;
    expect(verbs.claim()?.job_id).toBe(other.job_id);
  });

  test("takes nothing before it is due", () => {
    verbs.ask(newProject(), { now: 5000 });
    expect(verbs.claim({ now: 4999 })).toBeUndefined();
    expect(verbs.claim({ now: 5000 })).toBeDefined();
  });

  test("takes what a clock that was wrong put years ahead", () => {
    const { row } = verbs.ask(newProject(), { now: 1e13 });
    expect(verbs.claim({ now: 1e13 - longestWaitMs })).toBeUndefined();
    const claimed = verbs.claim({ now: 1e13 - longestWaitMs - 1 });
    expect(claimed?.job_id).toBe(row.job_id);
  });

  test("for one job takes that one or none", () => {
    verbs.ask(newProject());
    const { job_id } = verbs.ask(newProject()).row;
    expect(verbs.claim({ only: job_id })?.job_id).toBe(job_id);
    expect(verbs.claim({ only: job_id })).toBeUndefined();
    expect(store.jobs.counts()).toEqual({ pending: 1, running: 1 });
  });
});
