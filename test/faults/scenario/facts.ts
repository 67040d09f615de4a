/** What the people of a world know and remember, whatever happens to its host. */

import type { JobState, Policy } from "../../../conat-api/index.js";
import type { Stored } from "../invariants/ground.js";
import type { PersistVersions } from "./persist.js";

export interface Facts {
  projects: Project[];
  /** The newest version that anybody wrote; each is written once. */
  version: number;
  /** Versions in the place of each project, in order. */
  history: Record<string, number[]>;
  /**
   * When a version was last in the place of each project, or `file` and
   * `database` of its persist store: monotonic, of those that are not there.
   */
  left: Record<string, Record<string, number>>;
  /** What the place of each project held at the last look, or was given since. */
  last: Record<string, number>;
  /** The same of persist stores, for projects that have one. */
  persistHistory: Record<string, PersistVersions[]>;
  persistLast: Record<string, PersistVersions>;
  /** Backups that were promised and not seen yet. */
  promises: Promised[];
  /** The rows of some jobs are gone, with all that they knew. */
  lostRows: boolean;
  /** Jobs whose ids were handed out. */
  acknowledged: string[];
  /** Jobs that somebody was told are cancelled, with their state then. */
  cancelled: Record<string, JobState>;
  /** The backups that restores were asked for, by job. */
  asked: Record<string, string>;
  /** Restores that were looked at. */
  seenRestores: string[];
  /** Directories that restores were asked to make. */
  targets: number;
  host_id: string;
  /** What people made of backups, as far as they were told. */
  marks: Record<string, Mark>;
  /** Backups that somebody was told are taken back, or pinned. */
  takenBack: string[];
  /** The policies that people have set. */
  policies: Record<string, Policy | null>;
  /** Of projects whose document was written when the job file was lost. */
  saved: Record<string, Saved>;
  /** Projects that were deleted for good, and when (epoch ms). */
  deleted: Record<string, number>;
  /** Backups that a project may have; absent: as many as it likes. */
  quotas: Record<string, number>;
  /** The hub keeps pins and policies, by project; undefined: nobody does. */
  hub: Record<string, string> | undefined;
  /** Every backup that was ever seen. */
  known: Record<string, Stored>;
}

/** Absent: nobody knows. */
export interface Mark {
  project_id: string;
  pinned?: boolean;
  name?: string | null;
  forgotten?: boolean;
}

export interface Saved {
  policy: string | null;
  backups: { backup_id: string; pinned: 0 | 1; name: string | null }[];
}

/** Where a project keeps its persist store. */
export type PersistKind = "none" | "inside" | "subvolume" | "directory";

export interface Project {
  project_id: string;
  owner: string;
  persist: PersistKind;
}

export interface Promised {
  project_id: string;
  job_id: string;
  /** Where `history` stood when it was asked for. */
  since: number;
  persistSince: number;
}
