/**
 * Which backups ran beside a prune: an index file that they have read may be
 * gone, and packs that they rely on may be marked. By flags and not by the
 * clock, which may jump.
 */

import type { Database } from "./database.js";

export function besidePruning(database: Database) {
  const flag = database.prepare(
    `UPDATE jobs SET beside_prune = 1
     WHERE state = 'running' AND kind = 'backup'`,
  );
  const flagged = database
    .prepare(
      `SELECT count(*) FROM jobs
       WHERE state = 'running' AND kind = 'backup' AND beside_prune = 1`,
    )
    .pluck();
  const backups = database
    .prepare(
      `SELECT count(*) FROM jobs WHERE state = 'running' AND kind = 'backup'`,
    )
    .pluck();
  const list = database
    .prepare(
      `SELECT job_id FROM jobs
       WHERE state = 'running' AND kind = 'backup' AND beside_prune = 1`,
    )
    .pluck();
  const clear = database.prepare(
    `UPDATE jobs SET beside_prune = 0
     WHERE state = 'running' AND kind = 'backup'
       AND job_id NOT IN (SELECT value FROM json_each(?))`,
  );
  return {
    /** At the beginning of a prune, and again at its end. */
    flagBesidePrune: () => void flag.run(),
    /** Ids of jobs that still run. */
    besidePrune: () => list.all() as string[],
    countBesidePrune: () => flagged.get() as number,
    countRunningBackups: () => backups.get() as number,
    /** It changed nothing; those that an earlier one flagged stay so. */
    clearBesidePrune: (earlier: readonly string[]) =>
      void clear.run(JSON.stringify(earlier)),
  };
}
