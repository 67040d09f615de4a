/** What a check looks at: rows, the repository and the disk, at rest. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JobRow } from "../../../lib/store/index.js";
import type { Facts } from "../scenario/facts.js";
import {
  type PersistVersions,
  persistAmong,
  persistInBackup,
} from "../scenario/persist.js";
import { versionAmong } from "../scenario/projects.js";
import type { Session } from "../scenario/session.js";
import type { Places, WorldState } from "../world/state.js";

export interface Stored {
  backup_id: string;
  host: string;
  time: number;
  /** Of its tag. */
  job_id: string | undefined;
  files: number;
  bytes: number;
  /** One when it is whole. */
  versions: (number | undefined)[];
  persist: PersistVersions;
  packs: string[];
  /** Directories and files, by path. */
  tree: Record<string, string>;
}

export interface Ground {
  session: Session;
  rows: JobRow[];
  stored: Stored[];
  /** And those that were there once. */
  known: Stored[];
  /** Ids in the list of backups. */
  listed: string[];
  facts: Facts;
  state: WorldState;
  places: Places;
}

/** A sentence for each thing that is not as it should be. */
export interface Invariant {
  id: string;
  sentence: string;
  check(ground: Ground): string[];
}

export function groundOf(session: Session): Ground {
  const { facts, world } = session;
  const { places, state } = world;
  const rows = session.rows();
  const stored = storedIn(places.repository, facts);
  const listed = session.listed();
  const known = Object.values(facts.known);
  return { session, rows, stored, known, listed, facts, state, places };
}

function storedIn(repository: string, facts: Facts): Stored[] {
  const folder = join(repository, "snapshots");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^[0-9a-f]{64}$/.test(name))
    .flatMap((name) => readBackup(repository, name, facts) ?? []);
}

/** undefined: it is a document, or not there. What is read is remembered. */
export function readBackup(
  repository: string,
  id: string,
  facts: Facts,
): Stored | undefined {
  const path = join(repository, "snapshots", id);
  if (!existsSync(path)) return undefined;
  const known = facts.known[id];
  if (known) return known;
  const file = JSON.parse(readFileSync(path, "utf8")) as File;
  if (file.snapshot.label) return undefined;
  return (facts.known[id] = parse(id, file, facts));
}

/** The texts of a project's documents. */
export function documentsIn(repository: string, project_id: string): string[] {
  const folder = join(repository, "snapshots");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^[0-9a-f]{64}$/.test(name))
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as File)
    .filter(({ snapshot: { hostname, label } }) => {
      return label !== undefined && hostname === project_id;
    })
    .map(({ snapshot: { description = "" } }) => description);
}

interface File {
  snapshot: {
    hostname: string;
    /** Documents have one. */
    label?: string;
    description?: string;
    time: string;
    tags: string[];
    summary: {
      total_files_processed: number;
      total_bytes_processed: number;
    };
  };
  packs: string[];
  nodes: { path: string; type: string; content: string }[];
}

function parse(
  backup_id: string,
  { snapshot, nodes, packs }: File,
  facts: Facts,
): Stored {
  const contentOf = (name: string) => {
    const found = nodes.find(({ path }) => path === name);
    return found && Buffer.from(found.content, "base64").toString();
  };
  const project = facts.projects.find(
    ({ project_id }) => project_id === snapshot.hostname,
  );
  return {
    ...{ backup_id, packs },
    time: Date.parse(snapshot.time),
    host: snapshot.hostname,
    job_id: snapshot.tags[0]?.replace(/^job=/, ""),
    files: snapshot.summary.total_files_processed,
    bytes: snapshot.summary.total_bytes_processed,
    versions: versionAmong(contentOf),
    persist: persistAmong((name) =>
      contentOf(`${persistInBackup(project)}/${name}`),
    ),
    tree: Object.fromEntries(
      nodes.map(({ path, type, content }) => [path, `${type} ${content}`]),
    ),
  };
}
