/** The shape of a stage, whatever the source is. */

import type { SourceKind, Warning } from "../../conat-api/index.js";
import type { Command } from "../exec.js";
import type { ProjectPaths } from "../host.js";
import type { Btrfs } from "./btrfs.js";
import type { CaptureDatabases } from "./sqlite-capture.js";
import type { CommandSettings } from "./watch.js";

export interface Stage {
  kind: SourceKind;
  /** The stage's own directory. */
  directory: string;
  /** rustic's working directory. */
  cwd: string;
  /** What rustic is told to read, seen from there. */
  source: readonly string[];
  /** Paths below what rustic reads that stay out. */
  excluded: string[];
  /** Known before rustic has read anything. */
  warnings: Warning[];
  /** More warnings, found while rustic reads. */
  lateWarnings(): Promise<Warning[]>;
  /** Still more, known once rustic has ended. */
  lastWarnings(): Promise<Warning[]>;
  /** Puts rustic where it can see the stage. */
  wrap(command: Command): Command;
  close(): Promise<void>;
}

/** Commands that open a stage are watched; those that close it run on. */
export interface StageOptions extends CommandSettings {
  /** The stage's own directory, `<work>/stage/<job_id>`: not there yet. */
  directory: string;
  paths: ProjectPaths;
  kind: SourceKind;
  btrfs: Btrfs;
  captureDatabases: CaptureDatabases;
}

/** Everything below the stage, each root's own metadata included. */
export const wholeStage = ["."] as const;

/**
 * Where a job puts copies of databases and what else rustic must not read:
 * beside its stage, never in it.
 */
export function capturesOf(stage: string): string {
  return `${stage}.captures`;
}
