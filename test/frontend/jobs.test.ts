import type { Job } from "../../conat-api/index.js";
import {
  activeJobs,
  alreadyAsked,
  canCancel,
  endedRestore,
} from "../../frontend/jobs.js";
import {
  initialState,
  type PanelEvent,
  type PanelState,
  reduce,
} from "../../frontend/model.js";
import { someJob, someStatus } from "../support/wire-values.js";

const after = (...events: PanelEvent[]): PanelState =>
  events.reduce(reduce, initialState);

const read = (ticket: number, current: Job | null = null): PanelEvent => {
  return { type: "status", ticket, status: { ...someStatus(), current } };
};
const jobsRead = (ticket: number, ...jobs: Job[]): PanelEvent => {
  return { type: "jobs", ticket, jobs, failed: [] };
};

test("a job that was just asked for is active before the host lists it", () => {
  const job = someJob({ state: "pending" });
  const asked = { type: "job", ticket: 3, job } as const;
  expect(activeJobs(after(read(1), asked))).toEqual([job]);
  // Sent before, answered after.
  expect(activeJobs(after(read(1), asked, read(2)))).toEqual([job]);
});

test("a job of the lists is over when a newer status knows of none", () => {
  const running = someJob({ state: "running" });
  expect(activeJobs(after(jobsRead(1, running), read(2)))).toEqual([]);
});

test("the running job comes first, then as they were asked for", () => {
  const running = someJob({ state: "running", created_at: 5 });
  const first = someJob({ state: "pending", created_at: 1 });
  const second = someJob({ state: "pending", created_at: 2 });
  const jobs = [second, running, first];
  const inOrder = [running, first, second];
  for (const listed of [jobs, jobs.toReversed()]) {
    const all = jobsRead(2, ...listed);
    expect(activeJobs(after(all, read(3, running)))).toEqual(inOrder);
    expect(activeJobs(after(read(1, running), all))).toEqual(inOrder);
    expect(activeJobs(after(read(1, first), all))).toEqual(inOrder);
  }
});

test("jobs of the same instant keep their places", () => {
  const jobs = ["b", "a", "c"].map((job_id) =>
    someJob({ job_id, state: "pending" }),
  );
  const ids = (...listed: Job[]) =>
    activeJobs(after(jobsRead(1, ...listed))).map(({ job_id }) => job_id);
  expect(ids(...jobs)).toEqual(["a", "b", "c"]);
  expect(ids(...jobs.toReversed())).toEqual(["a", "b", "c"]);
});

test("the result of a restore is news for a day, unless another one runs", () => {
  const ended = someJob({ kind: "restore", finished_at: 1000 });
  const known = (...jobs: (typeof ended)[]): PanelState => ({
    ...initialState,
    jobs,
    tickets: { status: 0, list: 0, jobs: 1 },
  });
  const day = 24 * 3_600_000;
  expect(endedRestore(known(someJob(), ended), day)).toBe(ended);
  expect(endedRestore(known(ended), day + 1000)).toBeUndefined();
  const next = someJob({ kind: "restore", state: "pending" });
  expect(endedRestore(known(next, ended), 2000)).toBeUndefined();
});

test.each([
  [{ state: "pending" }, true],
  [{ state: "running", phase: "preparing" }, true],
  [{ state: "running", phase: "staging" }, true],
  [{ state: "running", phase: "reading" }, false],
  [{ kind: "restore", state: "pending" }, false],
  [{ state: "pending", trigger: "retry", run_at: 100_000 }, false],
  [{ state: "pending", trigger: "retry", run_at: 500 }, true],
  // The host's clock is ahead of the browser's.
  [{ state: "pending", run_at: 100_000, created_at: 100_000 }, true],
] as const)("asking again during %p would join: %p", (fields, joins) => {
  expect(alreadyAsked([someJob({ run_at: 1, ...fields })], 1000)).toBe(joins);
});

test("a restore cannot be cancelled once it swaps", () => {
  const restore = someJob({ kind: "restore", state: "running" });
  expect(canCancel({ ...restore, phase: "writing" })).toBe(true);
  expect(canCancel({ ...restore, phase: "swapping" })).toBe(false);
  expect(canCancel({ ...restore, phase: "settling" })).toBe(false);
  expect(canCancel(someJob({ phase: "settling" }))).toBe(true);
});
