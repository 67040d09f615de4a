/** What the people of a world know and remember, whatever happens to its host. */

import type { JobState } from "../../../conat-api/index.js";
import type { PersistVersions } from "./persist.js";

export interface Facts {
  projects: Project[];
  /** The newest version that anybody wrote; each is written once. */
  version: number;
  /** Versions in the place of each project, in order. */
  history: Record<string, number[]>;
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
