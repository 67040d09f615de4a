import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { openTestStore } from "../support/job-rows.js";
import { tempDir } from "../support/temp.js";

const repository_id = "r";

test("old rows of damage go, but for those of backups that are still there", () => {
  const dataDir = tempDir("data");
  const store = openTestStore(dataDir);
  const file = new Sqlite(join(dataDir, "project-backups.sqlite"));
  const insert = file.prepare(
    `INSERT INTO jobs (job_id, kind, project_id, repository_id, trigger, origin,
       requested_by, state, error_code, created_at, run_at, finished_at, attempt)
     VALUES (?, ?, ?, 'r', 'scheduled', 'scheduled', 'scheduler', 'failed',
       'REPOSITORY_DAMAGED', 1, 1, 1, 1)`,
  );
  for (let hour = 0; hour < 9; hour++) insert.run(`${hour}`, "check", null);
  for (const job of ["there", "gone", "newest"]) insert.run(job, "backup", "p");
  store.backups.takeReading({
    ...{ repository_id, gone: [], now: 1 },
    added: [
      {
        ...{ repository_id, backup_id: "a".repeat(64), project_id: "p" },
        ...{ time: 1, size_bytes: 1, added_bytes: 1, files: 1 },
        ...{ duration_ms: 1, trigger: null, requested_by: null },
        ...{ warnings_count: null, warnings: [], job_id: "there" },
      },
    ],
  });
  store.jobs.expire({ before: 2, atLeast: 0, limit: 100 });
  const left = file.prepare("SELECT job_id FROM jobs ORDER BY seq").pluck();
  expect(left.all()).toEqual(["8", "there", "newest"]);
  file.close();
  store.close();
});
