import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { startTestEngine } from "../support/engine.js";

const dayMs = 24 * 3600 * 1000;

test("a host with a long history is rid of it in one go", async () => {
  const engine = await startTestEngine({
    config: { schedule: { enabled: true }, retention: { history_days: 30 } },
  });
  try {
    const old = Date.now() - 40 * dayMs;
    const { dataDir } = engine.host;
    const file = new Sqlite(join(dataDir, "project-backups.sqlite"));
    const insert = file.prepare(
      `INSERT INTO jobs (job_id, kind, project_id, trigger, origin,
         requested_by, state, created_at, run_at, finished_at, attempt)
       VALUES (?, 'backup', 'p', 'scheduled', 'scheduled', 'scheduler',
         'cancelled', @old, @old, @old, 1)`,
    );
    file.transaction(() => {
      for (let n = 0; n < 6000; n++) insert.run(`job ${n}`, { old });
    })();
    await engine.backups.tick();
    const count = "SELECT count(*) FROM jobs WHERE project_id = 'p'";
    const left = file.prepare(count).pluck().get();
    file.close();
    expect(left).toBe(1001);
  } finally {
    await engine.close();
  }
});
