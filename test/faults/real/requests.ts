/** What people ask of the host while it is being killed. */

import { join } from "node:path";
import { isTerminal } from "../../../conat-api/index.js";
import type { Chance } from "./chance.js";
import type { HostProcess } from "./host-process.js";
import { type Ledger, mayRestore } from "./ledger.js";
import { withRows } from "./rows.js";
import type { Project, World } from "./world.js";

export interface Asking {
  world: World;
  ledger: Ledger;
  chance: Chance;
  host: HostProcess;
}

/** A backup of one or more projects, or a restore; perhaps a cancel. */
export async function ask(
  asking: Asking,
  kind: "backup" | "restore",
): Promise<void> {
  const { world, chance } = asking;
  const first = chance.one(world.projects);
  const others = world.projects.filter((project) => project !== first);
  if (kind === "restore") await askRestore(asking, first);
  else await askBackup(asking, first);
  for (const other of others) {
    const more = chance.below(100);
    if (more < 40) await askBackup(asking, other);
    else if (more < 55) await askRestore(asking, other);
  }
  if (chance.percent(12)) await askCancel(asking);
}

async function askBackup(
  { host, ledger }: Asking,
  { project_id }: Project,
): Promise<void> {
  const answer = await host.call("start", { project_id });
  if (answer?.result) ledger.asked.add(answer.result.job.job_id);
}

let directories = 0;

/** Refused while the project has a restore: that is an answer too. */
async function askRestore(
  { host, ledger, chance, world }: Asking,
  { project_id }: Project,
): Promise<void> {
  const backups = ledger.backups.get(project_id) ?? [];
  const backup_id = chance.one(backups.slice(-6));
  const inPlace = chance.percent(70);
  const path = join(world.restored, `to-${++directories}`);
  if (inPlace) mayRestore(ledger, project_id, backup_id);
  const answer = await host.call("restore", {
    project_id,
    backup_id,
    target: inPlace ? { type: "in_place" } : { type: "directory", path },
  });
  if (answer?.result) ledger.asked.add(answer.result.job.job_id);
}

async function askCancel({ host, chance, world }: Asking): Promise<void> {
  const unfinished = withRows(world.dataDir, (rows) =>
    rows.all().filter(({ state }) => !isTerminal(state)),
  );
  if (unfinished.length === 0) return;
  const { project_id, job_id } = chance.one(unfinished);
  await host.call("cancel", { project_id, job_id });
}
