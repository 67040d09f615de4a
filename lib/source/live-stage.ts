/**
 * The stage of a plain directory: the live tree, bind-mounted read-only in a
 * mount namespace that rustic runs in. The mounts end with the process, so
 * none can be left behind, whatever dies.
 */

import { mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { BackupError, Warning } from "../../conat-api/index.js";
import { type Command, run } from "../exec.js";
import { ifAbsent, sourceKind } from "./filesystem.js";
import { persistInside, persistOutside } from "./persist.js";
import { mountsBelow } from "./mounts.js";
import { isWithin } from "./real-path.js";
import { removeTree } from "./remove.js";
import { rollingSnapshots } from "./rolling-snapshots.js";
import type { Capture } from "./sqlite-capture.js";
import {
  capturesOf,
  type Stage,
  type StageOptions,
  wholeStage,
} from "./stage-shape.js";

export async function openLiveStage(options: StageOptions): Promise<Stage> {
  return (await canEnterNamespace(options))
    ? openNamespaceStage(options)
    : openBareStage(options);
}

async function openNamespaceStage(options: StageOptions): Promise<Stage> {
  const { directory, paths, captureDatabases } = options;
  const { subvolume } = paths;
  const persist = await persistOutside(paths);
  try {
    await mkdir(join(directory, "project"));
    if (persist) await mkdir(join(directory, "persist"));
    const captured = await captureDatabases.ofLive({
      ...(await persistStore(options, persist)),
      captures: capturesOf(directory),
    });
    const excluded = await rollingSnapshots(subvolume);
    return {
      kind: "live",
      directory,
      source: wholeStage,
      excluded: [
        ...excluded.map((name) => `project/${name}`),
        ...captured.captures.flatMap(sideFiles),
      ],
      warnings: [...captured.warnings, ...(await mountWarnings(subvolume))],
      lateWarnings: () => Promise.resolve([]),
      wrap: (command) =>
        inNamespace(namespaceLine(options.privileged), command, {
          stage: directory,
          project: subvolume,
          persist: persist ?? "",
          captures: captured.captures,
        }),
      close: () => closeStage(options),
    };
  } catch (error) {
    await closeStage(options);
    throw error;
  }
}

/**
 * Where no mount namespace may be entered (a container without the right):
 * the live tree as it is, at the same paths. rustic then has no metadata of
 * the project's own root, and one source only.
 */
async function openBareStage(options: StageOptions): Promise<Stage> {
  const { directory, paths } = options;
  const excluded = await rollingSnapshots(paths.subvolume);
  const warnings: Warning[] = [
    {
      path: "project",
      message: `owner and mode of the project's own directory are not in this backup: ${noNamespace}`,
    },
  ];
  if (await persistOutside(paths)) {
    warnings.push({
      path: "persist",
      message: `the persist store is not in this backup: ${noNamespace}`,
    });
  }
  return {
    kind: "live",
    directory,
    source: [paths.subvolume, "--as-path", "/project"],
    excluded,
    warnings,
    lateWarnings: () => Promise.resolve([]),
    wrap: (command) => command,
    close: () => closeStage(options),
  };
}

const noNamespace = "this machine allows no mount namespace";

/**
 * The persist store's directory and its name below the stage; none where
 * symbolic links of the user's lead out of the project.
 */
async function persistStore(
  { paths }: StageOptions,
  outside: string | undefined,
): Promise<{ store?: string; staged: string }> {
  if (outside) return { store: outside, staged: "persist" };
  const inside = persistInside(paths);
  const { persist, subvolume } = paths;
  if (inside === undefined || persist === undefined) return { staged: "" };
  if ((await sourceKind(persist)) === undefined) return { staged: "" };
  if (!(await isWithin(persist, subvolume))) return { staged: "" };
  return { store: persist, staged: join("project", inside) };
}

/**
 * How to enter a mount namespace here: as root plainly, else in a user
 * namespace that keeps owners true.
 */
function namespaceLine(privileged: readonly string[]): readonly string[] {
  if (privileged.length > 0 || process.getuid?.() === 0) {
    return ["unshare", "--mount", "--propagation", "private"];
  }
  return [
    ...["unshare", "--user", "--map-current-user", "--keep-caps"],
    ...["--mount", "--propagation", "private"],
  ];
}

interface Layout {
  stage: string;
  project: string;
  /** "" where it is part of the project. */
  persist: string;
  captures: readonly Capture[];
}

/**
 * Arguments: stage, project, persist, then pairs (copy, name below the
 * stage), `--`, the command. In a user namespace the kernel may refuse to
 * make a bind read-only (locked mount flags); rustic only reads anyway.
 */
const enterStage = `
set -e
stage=$1 project=$2 persist=$3; shift 3
mount --bind "$project" "$stage/project"
[ -z "$persist" ] || mount --bind "$persist" "$stage/persist"
while [ "$1" != -- ]; do mount --bind "$1" "$stage/$2"; shift 2; done
shift
mount -o remount,bind,ro "$stage/project" 2>/dev/null || :
[ -z "$persist" ] || mount -o remount,bind,ro "$stage/persist" 2>/dev/null || :
cd "$stage"
exec "$@"`;

function inNamespace(
  namespace: readonly string[],
  { file, args, ...rest }: Command,
  { stage, project, persist, captures }: Layout,
): Command {
  const pairs = captures.flatMap(({ copy, staged }) => [copy, staged]);
  const line = [
    ...namespace,
    ...["sh", "-c", enterStage, "sh"],
    ...[stage, project, persist, ...pairs, "--"],
    ...[file, ...args],
  ];
  return { ...rest, file: line[0] as string, args: line.slice(1) };
}

/** A captured database holds all of its log: the log itself stays out. */
function sideFiles({ staged }: Capture): string[] {
  return ["-wal", "-shm", "-journal"].map((suffix) => staged + suffix);
}

/** What is mounted inside the project is not seen through the bind mount. */
async function mountWarnings(subvolume: string): Promise<Warning[]> {
  const mounts = await mountsBelow(subvolume);
  return mounts
    .filter((mount) => mount !== subvolume)
    .map((mount) => ({
      path: `project${mount.slice(subvolume.length)}`,
      message: "a file system of its own: not in this backup",
    }));
}

/** The mount points are empty again: rmdir, which cannot harm a project. */
async function closeStage({ directory, btrfs }: StageOptions): Promise<void> {
  for (const name of ["project", "persist"]) {
    await rmdir(join(directory, name)).catch(ifAbsent);
  }
  await rmdir(directory).catch(ifAbsent);
  await removeTree(capturesOf(directory), btrfs);
}

async function canEnterNamespace({
  privileged,
  environment,
}: StageOptions): Promise<boolean> {
  const line = [...privileged, ...namespaceLine(privileged), "true"];
  const [file = "", ...args] = line;
  const probe = run({ file, args, env: environment });
  const result = await probe.catch((error: BackupError) => {
    if (error.code === "COMMAND_MISSING") return undefined;
    throw error;
  });
  return result?.exitCode === 0;
}
