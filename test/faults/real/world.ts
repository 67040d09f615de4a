/** The ground of a run: a btrfs image, three projects, a local repository. */

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { mountBtrfs } from "../../support/btrfs-image.js";
import { removeTree, tempDir } from "../../support/temp.js";
import { toolPath } from "../../support/tools.js";
import { readTree, writeTree } from "./tree.js";

const size = { files: 4, bytes: 24 * 1024 * 1024 };

export interface World {
  /** Everything of this run lies below it. */
  root: string;
  dataDir: string;
  projects: Project[];
  /** Where restores to directories go. */
  restored: string;
  repository: string;
  /** What the engine's process is started with. */
  engineArgs: string[];
  log(): string;
  close(): Promise<void>;
}

export interface Project {
  project_id: string;
  directory: string;
  /** A new version of everything in it; its number. */
  write(): number;
  /** The version that is there, or what is wrong. */
  read(): number | string;
}

export async function openWorld(): Promise<World> {
  const root = tempDir("faults");
  const disk = await mountBtrfs();
  const at = (...names: string[]) => join(root, ...names);
  for (const name of ["data", "repository"]) mkdirSync(at(name));
  const on = (...names: string[]) => join(disk.path, ...names);
  for (const name of ["projects", "persist", "restored"]) mkdirSync(on(name));
  const projects = [false, true, false].map((persist) =>
    makeProject(on("projects"), persist ? on("persist") : undefined),
  );
  const file = {
    host_id: "host-1",
    projects: {
      directory: on("projects"),
      persist: on("persist", "[project_id]"),
    },
    repository: { kind: "local", path: at("repository") },
    restore: { directories: [on("restored")] },
    commands: { rustic: toolPath("rustic") },
    limits: { jobs: 2 },
    schedule: { enabled: false },
  };
  return {
    root,
    projects,
    dataDir: at("data"),
    restored: on("restored"),
    repository: at("repository"),
    engineArgs: [at("data"), JSON.stringify(file), at("log")],
    log: () => readFileSync(at("log"), "utf8"),
    async close() {
      await disk.unmount();
      removeTree(root);
    },
  };
}

/** A store of its own lies on the same file system, as a subvolume too. */
function makeProject(within: string, persistWithin?: string): Project {
  const project_id = randomUUID();
  const directory = join(within, project_id);
  const persist = persistWithin && join(persistWithin, project_id);
  const trees = persist === undefined ? [directory] : [directory, persist];
  for (const tree of trees) {
    execFileSync("btrfs", ["-q", "subvolume", "create", tree]);
  }
  let version = 0;
  const write = () => {
    version += 1;
    for (const tree of trees) {
      writeTree(tree, version, { ...size, bytes: size.bytes / trees.length });
    }
    return version;
  };
  write();
  return { project_id, directory, write, read: () => readTrees(trees) };
}

/** All of one version; they are restored together. */
export function readTrees(trees: readonly string[]): number | string {
  const found = trees.map(readTree);
  const wrong = found.find((version) => typeof version === "string");
  if (wrong !== undefined) return wrong;
  const [first = "no tree"] = found;
  return found.every((version) => version === first)
    ? first
    : `${trees.join(" and ")} are of versions ${found.join(" and ")}`;
}
