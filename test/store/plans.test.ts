import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { openTestStore } from "../support/job-rows.js";
import { tempDir } from "../support/temp.js";

/** A page of what all projects did, newest first: it ends when it is full. */
const isPage = (source: string) =>
  /WHERE project_id IS NOT NULL\s.*ORDER BY seq DESC LIMIT @limit/s.test(
    source,
  );

/** How SQLite goes through each statement that the store prepares. */
function plansOfStore(): Map<string, string[]> {
  const prepare = jest.spyOn(Sqlite.prototype, "prepare");
  const dataDir = tempDir("data");
  openTestStore(dataDir).close();
  const sources = new Set(prepare.mock.calls.map(([source]) => source));
  prepare.mockRestore();
  const file = new Sqlite(join(dataDir, "project-backups.sqlite"));
  try {
    return new Map([...sources].map((one) => [one, planOf(file, one)]));
  } finally {
    file.close();
  }
}

function planOf(file: Sqlite.Database, source: string): string[] {
  const named = [...source.matchAll(/@(\w+)/g)].map(([, name]) => [name, null]);
  const values: unknown[] = (source.match(/\?/g) ?? []).map(() => null);
  if (named.length > 0) values.push(Object.fromEntries(named));
  const explain = file.prepare(`EXPLAIN QUERY PLAN ${source}`);
  return (explain.all(...values) as { detail: string }[]).map(
    ({ detail }) => detail,
  );
}

const names = "jobs|old|newer|retry|due|busy|prune";

/** Through an index of all rows it is as slow. */
const isScanOfJobs = (step: string) =>
  new RegExp(`^SCAN (${names})( USING .*jobs_(of_project|ended))?$`).test(step);

test("no statement goes through the history of jobs: there may be a million", () => {
  const plans = plansOfStore();
  expect(plans.size).toBeGreaterThan(80);
  const bad = [...plans].filter(
    ([source, plan]) => !isPage(source) && plan.some(isScanOfJobs),
  );
  expect(Object.fromEntries(bad)).toEqual({});
});

test("old rows go without a look at all others for each", () => {
  const [, plan] =
    [...plansOfStore()].find(([source]) => source.includes("retry.retry_of")) ??
    [];
  expect(plan).toContainEqual(
    expect.stringMatching(/^SEARCH retry USING .*jobs_retry_of/),
  );
});
