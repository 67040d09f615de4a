/** The paths of a project on this host, from the port. */

import { BackupError } from "../../conat-api/index.js";
import type { ProjectHost, ProjectPaths } from "../host.js";

/** @throws BackupError NOT_FOUND */
export async function projectPaths(
  { host }: { host: Pick<ProjectHost, "projects"> },
  project_id: string,
): Promise<ProjectPaths> {
  const paths = await host.projects.paths(project_id);
  if (paths) return paths;
  throw new BackupError("NOT_FOUND", "There is no such project on this host.");
}
