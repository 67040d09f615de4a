import {
  activeJobs,
  alreadyAsked,
  canCancel,
  endedRestore,
  initialState,
  type PanelEvent,
  type PanelState,
  reduce,
  viewOf,
} from "../../frontend/model.js";
import { someBackup, someJob, someStatus } from "../support/wire-values.js";

const after = (...events: PanelEvent[]): PanelState =>
  events.reduce(reduce, initialState);

const status = someStatus();
const read = (ticket: number, current = status.current): PanelEvent => {
  return { type: "status", ticket, status: { ...status, current }, now: 1 };
};
const page = (ids: string[], cursor: string | null) => ({
  backups: ids.map((id) => someBackup({ backup_id: id })),
  cursor,
  as_of: 1,
  refreshing: false,
  read_error: null,
});
const listed = (ticket: number, ids: string[], cursor: string | null = null) =>
  ({ type: "list", ticket, list: page(ids, cursor) }) as const;
const shown = ({ list }: PanelState) =>
  list?.backups.map(({ backup_id }) => backup_id);

test("an answer that was asked for earlier does not overwrite a newer one", () => {
  const newer = someJob({ state: "running" });
  const state = after(read(2, newer), read(1, null));
  expect(state.status?.current).toBe(newer);
  expect(shown(after(listed(2, ["b"]), listed(1, ["a"])))).toEqual(["b"]);
});

test("a late failure does not cast doubt on a newer answer", () => {
  const failed = { type: "failed", ticket: 1, sentence: "No." } as const;
  expect(after(read(2), failed).trouble).toBeUndefined();
  expect(after(read(1), { ...failed, ticket: 2 }).trouble).toBe("No.");
});

test("an older page is appended to the list that it was asked for, once", () => {
  const older = {
    type: "older",
    ticket: 2,
    after: "c1",
    list: page(["b", "c"], null),
  } as const;
  expect(shown(after(listed(1, ["a", "b"], "c1"), older))).toEqual([
    "a",
    "b",
    "c",
  ]);
  expect(shown(after(listed(1, ["a"], "other"), older))).toEqual(["a"]);
});

test("the lists of a time before a denial do not come back", () => {
  const sentence = "You may not.";
  const denied = { type: "denied", ticket: 3, sentence } as const;
  const state = after(read(1), listed(2, ["a"]), denied, listed(2, ["a"]));
  expect(state.list).toBeUndefined();
  expect(viewOf(state)).toBe("denied");
  expect(viewOf(after(denied, read(4), listed(5, [])))).toBe("ready");
});

test("a job that was just asked for is active before the host lists it", () => {
  const job = someJob({ state: "pending" });
  const asked = { type: "job", ticket: 3, job } as const;
  expect(activeJobs(after(read(1), asked))).toEqual([job]);
  // Sent before, answered after.
  expect(activeJobs(after(read(1), asked, read(2)))).toEqual([job]);
});

test("a job of the lists is over when a newer status knows of none", () => {
  const jobs = [someJob({ state: "running" })];
  const all: PanelEvent = { type: "jobs", ticket: 1, jobs, failed: [] };
  expect(activeJobs(after(all, read(2)))).toEqual([]);
});

test("the current job comes first, what waits behind it", () => {
  const running = someJob({ state: "running" });
  const waiting = someJob({ state: "pending" });
  const jobs = [waiting, { ...running, phase: "staging" as const }];
  const all: PanelEvent = { type: "jobs", ticket: 1, jobs, failed: [] };
  expect(activeJobs(after(all, read(2, running)))).toEqual([running, waiting]);
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
  [{ state: "pending", run_at: 100_000 }, false],
] as const)("asking again during %p would join: %p", (fields, joins) => {
  expect(alreadyAsked([someJob({ run_at: 0, ...fields })], 1000)).toBe(joins);
});

test("a restore cannot be cancelled once it swaps", () => {
  const restore = someJob({ kind: "restore", state: "running" });
  expect(canCancel({ ...restore, phase: "writing" })).toBe(true);
  expect(canCancel({ ...restore, phase: "swapping" })).toBe(false);
  expect(canCancel({ ...restore, phase: "settling" })).toBe(false);
  expect(canCancel(someJob({ phase: "settling" }))).toBe(true);
});
