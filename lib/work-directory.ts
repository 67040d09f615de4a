/** Where the directories of a job are. */

import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import type { SourceKind } from "../conat-api/index.js";
import type { Config } from "./config.js";
import type { ProjectHost } from "./host.js";

type Host = Pick<ProjectHost, "host_id" | "dataDir">;

/**
 * On the file system of `place`, since renames and snapshots cannot leave
 * it: the configured directory, else one beside the place.
 */
function workDirectory(config: Config, place: string): string {
  return config.work_directory ?? join(dirname(place), ".project-backups");
}

/**
 * Hosts with projects side by side share a work directory. What one of them
 * does not know there it must not take for its own.
 */
function ownDirectory(host: Host, config: Config, place: string): string {
  const owner = `${host.host_id}\0${host.dataDir}`;
  const key = createHash("sha256").update(owner).digest("hex").slice(0, 12);
  return join(workDirectory(config, place), key);
}

/** The stage of a backup; a live one holds only mount points. */
export function stageDirectory(
  host: Host,
  config: Config,
  { job_id, subvolume, kind }: StagePlace,
): string {
  const work =
    kind === "btrfs" ? ownDirectory(host, config, subvolume) : host.dataDir;
  return join(work, "stage", job_id);
}

export interface StagePlace {
  job_id: string;
  subvolume: string;
  kind: SourceKind;
}

/** The base of a project: the stage of the job that took it, moved there. */
export function baseDirectory(
  host: Host,
  config: Config,
  { project_id, job_id, subvolume }: BasePlace,
): string {
  const own = ownDirectory(host, config, subvolume);
  return join(own, "base", project_id, job_id);
}

export interface BasePlace {
  project_id: string;
  job_id: string;
  subvolume: string;
}

/** Where an in-place restore writes before the swap. */
export function stagingDirectory(
  host: Host,
  config: Config,
  place: string,
  job_id: string,
): string {
  return join(ownDirectory(host, config, place), "staging", job_id);
}

/** Where an in-place restore keeps the tree that was there before. */
export function keptDirectory(
  config: Config,
  place: string,
  job_id: string,
): string {
  return join(workDirectory(config, place), "kept", job_id);
}

/** The directories that hold stages of this host's jobs, and nothing else. */
export function stageRoots(
  host: Host,
  config: Config,
  places: Iterable<string>,
): Set<string> {
  const roots = new Set([join(host.dataDir, "stage")]);
  for (const place of places) {
    roots.add(join(ownDirectory(host, config, place), "stage"));
  }
  return roots;
}

/** Likewise for what restores write, with where they keep old trees. */
export function stagingRoots(
  host: Host,
  config: Config,
  places: Iterable<string>,
): Map<string, string> {
  const roots = new Map<string, string>();
  for (const place of places) {
    const kept = join(workDirectory(config, place), "kept");
    roots.set(join(ownDirectory(host, config, place), "staging"), kept);
  }
  return roots;
}

/** The directories that hold a folder of bases for each project. */
export function baseRoots(
  host: Host,
  config: Config,
  places: Iterable<string>,
): Set<string> {
  const roots = [...places].map((place) =>
    join(ownDirectory(host, config, place), "base"),
  );
  return new Set(roots);
}
