/** All checks, once the host is quiet. */

import type { JobRow } from "../../../../lib/store/index.js";
import type { HostProcess } from "../host-process.js";
import { settleRound } from "../ledger.js";
import { settled, untilQuiet } from "../quiet.js";
import { type StoredBackup, storedBackups } from "../repository.js";
import type { Asking } from "../requests.js";
import { withRows } from "../rows.js";
import type { Project } from "../world.js";
import { checkBackups } from "./backups.js";
import { checkLeftovers } from "./leftovers.js";
import { checkRows } from "./rows.js";
import { checkTrees } from "./trees.js";

/** What cannot be removed at once is, by the recovery that comes next. */
const tidiesWithinMs = 20_000;

export interface Checked {
  violations: string[];
  /** Those of the round. */
  rows: JobRow[];
}

export async function checkRound(asking: Asking): Promise<Checked> {
  const { world, ledger, host } = asking;
  const isNew = (violation: string) => !ledger.told.has(violation);
  const quiet = await untilQuiet(world, host);
  const left = quiet
    ? await settled(async () => {
        const found = await checkLeftovers(host.pid);
        return found.filter(isNew);
      }, tidiesWithinMs)
    : [];
  let rows: JobRow[] = [];
  let stored: StoredBackup[] = [];
  const [asked] = world.projects;
  const compare = async () => {
    stored = await storedBackups(world);
    rows = withRows(world.dataDir, (found) => found.all());
    const wrong = checkBackups(rows, stored).filter(isNew);
    // A job that failed because nobody could tell learns of the next reading.
    if (ledger.doubtful && wrong.length > 0 && asked)
      await refresh(host, asked);
    return wrong;
  };
  const backups = await settled(compare, ledger.doubtful ? tidiesWithinMs : 0);
  const recent = rows.filter(({ seq }) => seq > ledger.seq);
  const violations = [
    ...checkRows(rows, ledger.asked),
    ...left,
    ...backups,
    ...checkTrees(world, recent, ledger),
  ].filter(isNew);
  for (const violation of violations) ledger.told.add(violation);
  settleRound(ledger, world, rows, stored);
  return { violations, rows: recent };
}

async function refresh(
  host: HostProcess,
  { project_id }: Project,
): Promise<void> {
  await host.call("list", { project_id, refresh: true });
}
