/** Writes the configuration of a standalone host. */

import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "smol-toml";
import { BackupError } from "../../conat-api/index.js";
import { configName, parseConfig } from "../config.js";

export interface InitOptions {
  dataDir: string;
  projects: string;
  persist?: string | undefined;
  /** A directory for a local repository. */
  repository: string;
  /** Directories below which restores may be written. */
  restore: readonly string[];
  host_id?: string | undefined;
}

/**
 * Returns the path of the new file.
 *
 * @throws BackupError CONFLICT when there is one already.
 */
export function initStandalone(options: InitOptions): string {
  const { dataDir, projects, persist, repository, restore } = options;
  const path = join(dataDir, configName);
  if (existsSync(path)) {
    throw new BackupError("CONFLICT", `${path} exists already.`, {
      hint: "Edit it, or name another data directory.",
    });
  }
  const host_id = options.host_id ?? randomUUID();
  const file = {
    host_id,
    projects: { directory: projects, ...(persist ? { persist } : {}) },
    repository: { kind: "local", path: repository },
    restore: { directories: [...restore] },
    // It makes the repository: no other host is there to prune it.
    maintenance: { maintainer: host_id },
  };
  parseConfig(file);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(path, `${header}${stringify(file)}\n`, {
    mode: 0o600,
    flag: "wx",
  });
  return path;
}

const header =
  "# Project backups: every setting is in README.md, Configuration.\n\n";
