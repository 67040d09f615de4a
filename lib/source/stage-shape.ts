/** The shape of a stage, whatever the source is. */

import type { SourceKind, Warning } from "../../conat-api/index.js";
import type { Command } from "../exec.js";
import type { ProjectPaths } from "../host.js";
import type { Btrfs } from "./btrfs.js";
import type { CaptureDatabases } from "./sqlite-capture.js";

export interface Stage {
  kind: SourceKind;
  /** rustic's working directory. */
  directory: string;
  /** What rustic is told to read, seen from there. */
  source: readonly string[];
  /** Paths below the stage that stay out. */
  excluded: string[];
  /** Known before rustic has read anything. */
  warnings: Warning[];
  /** More warnings, found while rustic reads. */
  lateWarnings(): Promise<Warning[]>;
  /** Puts rustic where it can see the stage. */
  wrap(command: Command): Command;
  close(): Promise<void>;
}

export interface StageOptions {
  /** The stage's own directory, `<work>/stage/<job_id>`: not there yet. */
  directory: string;
  paths: ProjectPaths;
  kind: SourceKind;
  btrfs: Btrfs;
  privileged: readonly string[];
  environment: Readonly<Record<string, string>>;
  captureDatabases: CaptureDatabases;
}

/** Everything below the stage, each root's own metadata included. */
export const wholeStage = ["."] as const;

/** Where a job puts copies of databases: beside its stage, never in it. */
export function capturesOf(stage: string): string {
  return `${stage}.captures`;
}
