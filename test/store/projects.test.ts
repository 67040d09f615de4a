import { newProject, openTestStore, verbsOf } from "../support/job-rows.js";

describe("what the scheduler knows of a project", () => {
  const store = openTestStore();
  const { ask, claim } = verbsOf(store);
  afterAll(() => store.close());

  const settle = (state: "succeeded" | "failed" | "cancelled", now: number) => {
    const row = claim({ now });
    if (!row) throw new Error("nothing to claim");
    store.jobs.note(row.job_id, { fixed_at: now });
    store.jobs.settle(row.job_id, { state, now: now + 5 });
    return row;
  };

  test("is what its jobs did: covered, tried, failed in a row", () => {
    const project_id = newProject();
    const seen = () => store.projects.get(project_id);
    ask(project_id, { now: 1000 });
    expect(seen()).toMatchObject({ tried_at: 1000, busy: true });
    settle("failed", 2000);
    expect(seen()).toMatchObject({
      ...{ failed_in_a_row: 1, failed_at: 2005, covered_at: null },
      busy: false,
    });
    ask(project_id, { now: 3000 });
    settle("cancelled", 3000);
    ask(project_id, { now: 4000 });
    settle("failed", 4000);
    expect(seen()).toMatchObject({ failed_in_a_row: 2 });
    ask(project_id, { now: 5000 });
    settle("succeeded", 5000);
    expect(seen()).toMatchObject({
      ...{ failed_in_a_row: 0, failed_at: null, covered_at: 5000 },
    });
  });

  test("tells a retry that was cancelled from the failure before it", () => {
    const project_id = newProject();
    const seen = () => store.projects.get(project_id);
    ask(project_id, { now: 1000 });
    const { job_id = "" } = claim({ now: 1000 }) ?? {};
    const ending = { state: "failed", now: 2000, retry_at: 9000 } as const;
    store.jobs.settle(job_id, ending);
    const same = { tried_at: 2000, failed_at: 2000, failed_in_a_row: 1 };
    expect(seen()).toMatchObject({ ...same, busy: true, cancelled: false });
    const { job_id: retry } = store.jobs.current(project_id) ?? {};
    store.jobs.cancel(String(retry), "local", 2500);
    expect(seen()).toMatchObject({ ...same, busy: false, cancelled: true });
    ask(project_id, { now: 3000 });
    expect(seen()).toMatchObject({ tried_at: 3000, cancelled: false });
    settle("failed", 3000);
    expect(seen()).toMatchObject({ failed_in_a_row: 2, cancelled: false });
  });

  test("keeps the oldest change until a backup holds it", () => {
    const project_id = newProject();
    const since = () => store.projects.get(project_id)?.unprotected_since;
    store.projects.see([project_id], 1);
    store.projects.notice([{ project_id, since: 3000 }]);
    store.projects.notice([{ project_id, since: 2000 }]);
    store.projects.notice([{ project_id, since: 4000 }]);
    expect(since()).toBe(2000);
    ask(project_id, { now: 5000 });
    settle("succeeded", 5000);
    expect(since()).toBeNull();
    store.projects.notice([{ project_id, since: 4000 }]);
    expect(since()).toBeNull();
    store.projects.notice([{ project_id, since: 6000 }]);
    expect(since()).toBe(6000);
  });

  test("keeps a change that was noticed after the source was fixed", () => {
    const project_id = newProject();
    ask(project_id, { now: 1000 });
    const row = claim({ now: 1000 });
    store.jobs.note(String(row?.job_id), { fixed_at: 1000 });
    store.projects.notice([{ project_id, since: 1500 }]);
    store.jobs.settle(String(row?.job_id), { state: "succeeded", now: 9000 });
    expect(store.projects.get(project_id)).toMatchObject({
      ...{ covered_at: 1000, unprotected_since: 1500 },
    });
  });

  test("is not set back by a doubt that is settled late", () => {
    const project_id = newProject();
    ask(project_id, { now: 1000 });
    const old = claim({ now: 1000 })?.job_id ?? "";
    store.jobs.note(old, { fixed_at: 1000, in_doubt: true });
    store.jobs.settle(old, { state: "failed", now: 1100 });
    ask(project_id, { now: 2000 });
    settle("succeeded", 2000);
    ask(project_id, { now: 3000 });
    settle("failed", 3000);
    store.jobs.settleDoubt(old, { state: "succeeded", now: 4000 });
    expect(store.projects.get(project_id)).toMatchObject({
      ...{ covered_at: 2000, failed_in_a_row: 1, failed_at: 3005 },
    });
  });

  test("begins anew when it comes back to the host after a day", () => {
    const [stays, leaves] = [newProject(), newProject()];
    const first = (id: string) => store.projects.get(id)?.first_seen_at;
    const dayMs = 24 * 3600 * 1000;
    store.projects.see([stays, leaves], 10);
    const there = store.projects.see([stays], 20);
    expect(there.map((row) => row.project_id)).toEqual([stays]);
    // A list may miss one for a while.
    expect([first(stays), first(leaves)]).toEqual([10, 10]);
    store.projects.see([stays], 21 + dayMs);
    expect([first(stays), first(leaves)]).toEqual([10, null]);
    store.projects.see([stays, leaves], 30 + dayMs);
    expect([first(stays), first(leaves)]).toEqual([10, 30 + dayMs]);
  });
});

describe("rows of jobs", () => {
  const store = openTestStore();
  const { ask, claim } = verbsOf(store);
  afterAll(() => store.close());

  test("expire, but never the newest of its kind, nor what something hangs on", () => {
    const project_id = newProject();
    const made: string[] = [];
    for (let at = 0; at < 6; at++) {
      ask(project_id, { now: at * 100 });
      const row = claim({ now: at * 100 });
      if (!row) throw new Error("nothing to claim");
      if (at === 1) store.jobs.note(row.job_id, { stage: "/stage" });
      store.jobs.settle(row.job_id, { state: "succeeded", now: at * 100 + 1 });
      made.push(row.job_id);
    }
    const there = () => made.map((id) => store.jobs.get(id) !== undefined);
    store.jobs.expire({ before: 1000, atLeast: 100, limit: 100 });
    expect(there()).toEqual(made.map(() => true));
    store.jobs.expire({ before: 301, atLeast: 0, limit: 100 });
    expect(there()).toEqual([false, true, false, true, true, true]);
    store.jobs.expire({ before: 10_000, atLeast: 0, limit: 100 });
    expect(there()).toEqual([false, true, false, false, false, true]);
    expect(store.jobs.changedSince(0, 100)).toHaveLength(2);
  });
});
