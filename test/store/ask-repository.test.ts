import type { Store } from "../../lib/store/index.js";
import { openTestStore } from "../support/job-rows.js";

let store: Store;
beforeEach(() => (store = openTestStore()));
afterEach(() => store.close());

const ask = (target?: object) =>
  store.jobs.askRepository({
    ...{ repository_id: "r", kind: "check", now: 1000 },
    ...{ trigger: "manual", requested_by: "local" },
    ...(target ? { target: JSON.stringify(target) } : {}),
  });

describe("asking for work on a repository", () => {
  test.each([
    [{}, { data: "all" }, { data: "all" }],
    [{ data: "part" }, { data: "all" }, { data: "all" }],
    [{ data: "all" }, { data: "part" }, { data: "all" }],
    [{ data: "all" }, {}, { data: "all" }],
    [undefined, { data: "part" }, { data: "part" }],
    [{ data: "part" }, undefined, { data: "part" }],
    [{}, { despite_damage: true }, { despite_damage: true }],
    [{ despite_damage: true }, {}, { despite_damage: true }],
  ])("joins what waits: %j and then %j is %j", (first, second, both) => {
    const { row } = ask(first);
    const joined = ask(second);
    expect(joined).toMatchObject({ joined: true, row: { job_id: row.job_id } });
    const stored = store.jobs.get(row.job_id)?.target;
    expect(JSON.parse(String(stored))).toEqual(both);
  });
});
