/** The ports over a directory of projects, on a machine without CoCalc. */

import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { BackupError, ProjectId } from "../../conat-api/index.js";
import type { Config } from "../config.js";
import {
  type Logger,
  type ProjectHost,
  type ProjectPaths,
  systemClock,
} from "../host.js";
import { ifAbsent } from "../source/filesystem.js";

export interface StandaloneOptions {
  dataDir: string;
  config: Config;
  logger: Logger;
}

/** @throws BackupError INVALID_ARGUMENT: not a standalone configuration. */
export function createStandaloneHost({
  dataDir,
  config,
  logger,
}: StandaloneOptions): ProjectHost {
  const { host_id, projects } = config;
  if (host_id === undefined || projects === undefined) {
    throw new BackupError(
      "INVALID_ARGUMENT",
      "The configuration has no host_id or no [projects].",
      { hint: "Make one with: project-backups host init" },
    );
  }
  const { directory, persist } = projects;
  const pathsOf = (project_id: string): ProjectPaths => ({
    subvolume: join(directory, project_id),
    ...(persist === undefined
      ? {}
      : { persist: persist.replaceAll("[project_id]", project_id) }),
  });
  return {
    host_id,
    dataDir,
    logger,
    clock: systemClock,
    projects: {
      list: (options) => listProjects(directory, options),
      // Nobody signs in here: the command line is as strong as the hub.
      role: () => Promise.resolve(undefined),
      paths: (project_id) =>
        Promise.resolve(
          ProjectId.safeParse(project_id).success && existsSync(directory)
            ? pathsOf(project_id)
            : undefined,
        ),
      // Nothing runs in a plain directory that we could stop.
      withStopped: (_project_id, action) => action(),
    },
  };
}

async function listProjects(
  directory: string,
  { changedSince = 0 }: { changedSince?: number },
): Promise<{ project_id: string; last_edited: number }[]> {
  const names = (await readdir(directory).catch(ifAbsent)) ?? [];
  const found = [];
  for (const name of names) {
    if (!ProjectId.safeParse(name).success) continue;
    const stats = await stat(join(directory, name)).catch(ifAbsent);
    if (!stats?.isDirectory()) continue;
    const last_edited = Math.floor(stats.mtimeMs);
    if (last_edited >= changedSince) {
      found.push({ project_id: name, last_edited });
    }
  }
  return found;
}
