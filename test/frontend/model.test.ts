import type { Job } from "../../conat-api/index.js";
import {
  hasOlder,
  initialState,
  pageSize,
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
  return { type: "status", ticket, status: { ...status, current } };
};
const complete = (ticket: number, now = 1): PanelEvent => {
  return { type: "complete", ticket, now };
};
const jobsRead = (ticket: number, ...jobs: Job[]): PanelEvent => {
  return { type: "jobs", ticket, jobs, failed: [] };
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

test("trouble is over when all was read, not when a part of it was", () => {
  const failed = { type: "failed", ticket: 1, sentence: "No." } as const;
  const half = after(failed, read(2));
  expect([half.trouble, half.readAt]).toEqual(["No.", undefined]);
  expect(viewOf(half)).toBe("unreachable");
  const whole = reduce(half, complete(2, 7));
  expect([whole.trouble, whole.readAt]).toEqual([undefined, 7]);
  // The connection was lost meanwhile.
  const lost = after(read(2), { ...failed, ticket: 3 }, complete(2));
  expect(lost.trouble).toBe("No.");
});

test("jobs that were asked for earlier do not overwrite newer ones", () => {
  const older = someJob({ state: "pending" });
  const newer = someJob({ state: "running" });
  const asked = { type: "job", ticket: 1, job: older } as const;
  expect(after(jobsRead(2, newer), jobsRead(1, older)).jobs).toEqual([newer]);
  expect(after(jobsRead(2, newer), asked).jobs).toEqual([newer]);
  expect(after(jobsRead(2), { ...asked, ticket: 3 }).jobs).toEqual([older]);
});

test("older ones are offered only where there are some", () => {
  const ids = Array.from({ length: pageSize + 1 }, (_, n) => `b${n}`);
  expect(hasOlder(after(listed(1, ids)))).toBe(true);
  expect(hasOlder(after(listed(1, ids.slice(1))))).toBe(false);
  expect(hasOlder(after(listed(1, ids), { type: "widened" }))).toBe(false);
  expect(hasOlder(after(listed(1, ids.slice(1), "c")))).toBe(true);
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
  const allowed = [denied, read(4), listed(5, [])];
  expect(viewOf(after(...allowed))).toBe("denied");
  expect(viewOf(after(...allowed, complete(4)))).toBe("ready");
});
