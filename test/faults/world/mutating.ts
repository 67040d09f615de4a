/**
 * I2, watched where programs start: one that writes a backup or a tree, for
 * each project, and as many as the cap on the host.
 */

import type { Group } from "./groups.js";
import type { World } from "./world.js";

/** Jobs at once, as the worlds are configured. */
export const cap = 2;

/** undefined: it changes nothing of a project or its backups. */
export function projectOf(
  world: World,
  line: readonly string[],
): string | undefined {
  // A document is no backup of it.
  if (line.includes("--label")) return undefined;
  const host = line.indexOf("--host");
  if (host !== -1) return line[host + 1];
  const job_id = restoredBy(line);
  return job_id === undefined ? undefined : world.projectOfJob(job_id);
}

const jobId = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\/?$)/;

/** The job that a `rustic restore` runs for: its target names it. */
function restoredBy(line: readonly string[]): string | undefined {
  if (!line.includes("restore")) return undefined;
  return jobId.exec(line.at(-1) ?? "")?.[0];
}

export function watchMutating(
  world: World,
  { project_id }: Group,
  line: readonly string[],
): void {
  if (project_id === undefined) return;
  const job_id = restoredBy(line);
  if (job_id !== undefined) {
    const { restoreRuns } = world.state;
    const hosts = (restoreRuns[job_id] ??= []);
    // Within its attempt one that has lost a race may run again.
    const { incarnation } = world.kills;
    if (!hosts.includes(incarnation)) hosts.push(incarnation);
  }
  const alive = [...world.groups.values()]
    .map((group) => group.project_id)
    .filter((one) => one !== undefined);
  // Nobody knows of one whose row was lost.
  const left = world.state.outliving
    .filter(({ hasRow }) => hasRow)
    .map((one) => one.project_id);
  if ([...alive, ...left].includes(project_id)) {
    const detail = `a second program writes for project ${project_id}`;
    world.report({ invariant: "I2", detail });
  }
  if (alive.length >= cap) {
    const detail = `${alive.length + 1} programs write at once`;
    world.report({ invariant: "I2", detail });
  }
}
