import { parseConfig } from "../../lib/config.js";
import {
  type MaintenanceFacts,
  planMaintenance,
} from "../../lib/jobs/maintenance.js";
import type { RepositoryJobRow, RepositoryRow } from "../../lib/store/index.js";

const hourMs = 3600 * 1000;
const dayMs = 24 * hourMs;
const now = 1_000 * dayMs;
const { maintenance } = parseConfig({
  repository: { kind: "local", path: "/unused" },
});

const repository: RepositoryRow = {
  ...{ repository_id: "r", name: "main", kind: "local", location: "there" },
  ...{ created_at: now - 100 * dayMs, kit_exported_at: null, read_at: now },
  ...{ figures: null, figures_at: null, damage: null, damage_target: null },
  ...{ data_part: 1, data_split: 1, data_tried_at: null },
  ...{ pruned_at: now, pruned_quietly: 1, index_files_pruned: null },
  ...{ checked_at: now, data_checked_at: now },
  ...{ maintainer: "host-1", maintainer_asked_at: now },
};
const quiet: MaintenanceFacts = {
  ...{ repository, maintains: true, expired: 0, unproven: 0, index_files: 1 },
  newest: {},
};

function planned(facts: Partial<MaintenanceFacts> = {}, row = {}) {
  const all = { ...quiet, ...facts };
  all.repository = { ...all.repository, ...row };
  return planMaintenance(all, maintenance, now).map(({ kind }) => kind);
}

const ended = (
  state: "failed" | "succeeded" | "running",
  finished_at: number | null,
) => ({ state, finished_at }) as RepositoryJobRow;

describe("maintenance", () => {
  test("is not due where all was done lately", () => {
    expect(planned()).toEqual([]);
  });

  test("forgets what may go, on whichever host", () => {
    expect(planned({ expired: 1, maintains: false })).toEqual(["forget"]);
  });

  test("prunes and checks on the one host that maintains only", () => {
    const old = { pruned_at: now - 30 * dayMs, checked_at: now - 2 * dayMs };
    expect(planned({}, old)).toEqual(["prune", "check"]);
    expect(planned({ maintains: false }, old)).toEqual([]);
  });

  test.each([
    ["after a week", {}, { pruned_at: now - 7 * dayMs }, ["prune"]],
    ["not after six days", {}, { pruned_at: now - 6 * dayMs }, []],
    [
      "a day after a prune that changed something",
      {},
      { pruned_at: now - dayMs, pruned_quietly: 0 },
      ["prune"],
    ],
    [
      "when index files are many",
      { index_files: 200 },
      { pruned_at: now - 2 * hourMs },
      ["prune"],
    ],
    [
      "at most each hour for that",
      { index_files: 200 },
      { pruned_at: now - hourMs / 2 },
      [],
    ],
    [
      "while backups are unproven",
      { unproven: 1 },
      { pruned_at: now - 2 * hourMs },
      ["prune"],
    ],
    ["after a clock that was wrong", {}, { pruned_at: now + dayMs }, ["prune"]],
    [
      "a week after it was made, if never before",
      {},
      { pruned_at: null },
      ["prune"],
    ],
    [
      "not at once in a new repository",
      {},
      { pruned_at: null, created_at: now - dayMs / 2 },
      [],
    ],
  ])("prunes %s", (_name, facts, row, expected) => {
    expect(planned(facts, row)).toEqual(expected);
  });

  test("reads a part of the data with the daily check", () => {
    const row = { ...repository, checked_at: now - dayMs };
    const facts = { ...quiet, repository: row };
    expect(planMaintenance(facts, maintenance, now)).toEqual([
      { kind: "check", target: {} },
    ]);
    const both = { ...row, data_checked_at: now - dayMs };
    expect(
      planMaintenance({ ...quiet, repository: both }, maintenance, now),
    ).toEqual([{ kind: "check", target: { data: "part" } }]);
  });

  test("reads data no more often in a damaged one, whatever came of it", () => {
    const damaged = { ...repository, damage: "[]", checked_at: now - hourMs };
    const checks = (data_tried_at: number) =>
      planMaintenance(
        {
          ...quiet,
          repository: { ...damaged, data_tried_at, data_checked_at: null },
        },
        maintenance,
        now,
      );
    expect(checks(now - 2 * hourMs)).toEqual([{ kind: "check", target: {} }]);
    expect(checks(now - dayMs)).toEqual([
      { kind: "check", target: { data: "part" } },
    ]);
  });

  test("prunes again after a prune that failed, however late another was", () => {
    const after = (finished_at: number) =>
      planned({ newest: { prune: ended("failed", finished_at) } });
    expect(after(now - hourMs)).toEqual(["prune"]);
    expect(after(now - hourMs / 2)).toEqual([]);
  });

  test("removes nothing from a damaged repository, and checks it each hour", () => {
    const damage = '["a pack is missing"]';
    const old = { pruned_at: now - 30 * dayMs, damage };
    const facts = { expired: 1, unproven: 1, index_files: 500 };
    expect(planned(facts, old)).toEqual([]);
    const checked = { ...old, checked_at: now - hourMs };
    const newest = (finished_at: number) => ({
      newest: { check: ended("failed", finished_at) },
    });
    const after = (finished_at: number) =>
      planned({ ...facts, ...newest(finished_at) }, checked);
    expect(after(now - hourMs)).toEqual(["check"]);
    expect(after(now - hourMs / 2)).toEqual([]);
  });

  test("waits an hour after a failure, and for what runs", () => {
    const old = { pruned_at: now - 30 * dayMs };
    const after = (prune: RepositoryJobRow) =>
      planned({ newest: { prune } }, old);
    expect(after(ended("failed", now - hourMs / 2))).toEqual([]);
    expect(after(ended("failed", now - 2 * hourMs))).toEqual(["prune"]);
    expect(after(ended("running", null))).toEqual([]);
    expect(after(ended("failed", now + hourMs))).toEqual(["prune"]);
  });
});
