/**
 * The ports: what a project-host lends us. Everything that we know of a
 * host, its projects and its people comes through here.
 */

import type { ConatPublisher, ConatServiceClient } from "../conat-api/index.js";

export type Role = "owner" | "collaborator" | "viewer";

/** Absolute paths of a project on this host, whether they exist or not. */
export interface ProjectPaths {
  /** The live btrfs subvolume, or a plain directory. */
  subvolume: string;
  /** The persist store, when there is one; it may lie in the subvolume. */
  persist?: string;
}

export interface ProjectsPort {
  list(options: {
    changedSince?: number;
  }): Promise<{ project_id: string; last_edited: number }[]>;
  role(project_id: string, account_id: string): Promise<Role | undefined>;
  /** undefined: no project of this host, and none that may be put here. */
  paths(project_id: string): Promise<ProjectPaths | undefined>;
  /**
   * Runs `action` while the project's processes are ended and its persist
   * databases closed, and lets the project start again afterwards.
   */
  withStopped<T>(project_id: string, action: () => Promise<T>): Promise<T>;
  /**
   * Projects that their owners have deleted for good, not those that have
   * moved: their backups go after a grace. Absent: none ever do.
   */
  deleted?(): Promise<{ project_id: string; deleted_at: number }[]>;
}

/**
 * Where a hub keeps names, pins and policies. Without it they are kept in the
 * repository.
 */
export interface AnnotationsPort {
  /** undefined: there is none yet. */
  read(project_id: string): Promise<string | undefined>;
  write(project_id: string, text: string): Promise<void>;
}

export interface Logger {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
}

export interface ProjectHost {
  host_id: string;
  /** Our SQLite file, keys and profiles live here; 0700. */
  dataDir: string;
  /**
   * Absent: no service is registered (the local command line). One that
   * cannot publish: nobody is told of changes, they must look.
   */
  conat?: ConatServiceClient & Partial<ConatPublisher>;
  projects: ProjectsPort;
  /** Which host prunes and checks it; undefined: the configuration says. */
  maintainer?(repository_id: string): Promise<string | undefined>;
  annotations?: AnnotationsPort;
  /** How many backups the project may have. */
  quota?(project_id: string): Promise<{ max_backups?: number | undefined }>;
  /** After a swap: quota, caches. */
  replaced?(project_id: string): Promise<void>;
  /** Put before commands that need root, such as `["sudo", "-n"]`. */
  privileged?: readonly string[];
  logger: Logger;
  clock: Clock;
}

export const systemClock: Clock = { now: () => Date.now() };

export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
};
