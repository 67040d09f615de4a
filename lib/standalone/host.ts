/** The ports over a directory of projects, on a machine without CoCalc. */

import { BackupError } from "../../conat-api/index.js";
import type { Config } from "../config.js";
import { type Logger, type ProjectHost, systemClock } from "../host.js";
import { type Accounts, openAccounts } from "./accounts.js";
import { findProjects, openProtection } from "./projects.js";

export interface StandaloneOptions {
  dataDir: string;
  config: Config;
  logger: Logger;
}

/** What such a machine has besides the ports. */
export interface StandaloneHost extends ProjectHost {
  accounts: Accounts;
  /** What people call the project. */
  title(project_id: string): string;
}

/** @throws BackupError INVALID_ARGUMENT: not a standalone configuration. */
export function createStandaloneHost({
  dataDir,
  config,
  logger,
}: StandaloneOptions): StandaloneHost {
  const { host_id, projects } = config;
  if (host_id === undefined || projects === undefined) {
    throw notStandalone();
  }
  const accounts = openAccounts(dataDir);
  const { title, ...found } = findProjects(projects, openProtection(dataDir));
  return {
    accounts,
    title,
    host_id,
    dataDir,
    logger,
    clock: systemClock,
    projects: {
      ...found,
      role: (project_id, account_id) =>
        Promise.resolve(accounts.role(project_id, account_id)),
      // Nothing runs in a plain directory that we could stop.
      withStopped: (_project_id, action) => action(),
    },
  };
}

export function notStandalone(): BackupError {
  return new BackupError(
    "INVALID_ARGUMENT",
    "The configuration has no host_id or no [projects].",
    { hint: "Make one with: project-backups host init" },
  );
}
