/** What is mounted where, as the kernel lists it: by real paths. */

import { readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { ifAbsent } from "./filesystem.js";

interface Mount {
  /** Of the file system: equal for all of its mounts. */
  device: string;
  /** What of the file system is shown, such as `/` or `/subvolume`. */
  root: string;
  target: string;
}

const nowhere: Mount = { device: "", root: "/", target: "/" };

/** Mount points at or below `path`. */
export async function mountsBelow(path: string): Promise<string[]> {
  const mounts = await readMounts();
  return mounts
    .map(({ target }) => target)
    .filter((target) => target === path || target.startsWith(`${path}/`));
}

/** A path as its file system names it, from the file system's own top. */
export async function pathInFileSystem(path: string): Promise<string> {
  const { root, target } = await nearestMount(path);
  return join(root, relative(target, path)).slice(1);
}

/** A path in a file system, which has a name on this host. */
export interface Place {
  device: string;
  /** From the top of the file system. */
  path: string;
}

/** For many real paths: the mounts are read once. */
export async function openPlaces(): Promise<(path: string) => Place> {
  const mounts = new Map<string, Mount>();
  for (const mount of await readMounts()) {
    if (!mounts.has(mount.target)) mounts.set(mount.target, mount);
  }
  return (path) => {
    let at = path;
    while (at !== "/" && !mounts.has(at)) at = dirname(at);
    const { device, root, target } = mounts.get(at) ?? nowhere;
    return { device, path: join(root, relative(target, path)).slice(1) };
  };
}

/** The mount point that a path lies in or is. */
export async function mountOf(path: string): Promise<string> {
  return (await nearestMount(path)).target;
}

async function nearestMount(path: string): Promise<Mount> {
  const mounts = await readMounts();
  const [nearest] = mounts
    .filter(({ target }) => contains(target, path))
    .toSorted((a, b) => b.target.length - a.target.length);
  return nearest ?? nowhere;
}

function contains(target: string, path: string): boolean {
  return target === "/" || path === target || path.startsWith(`${target}/`);
}

/** Later mounts hide earlier ones at the same place: they come first. */
async function readMounts(): Promise<Mount[]> {
  const text = await readFile("/proc/self/mountinfo", "utf8").catch(ifAbsent);
  return (text ?? "")
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [, , device = "", root = "", target = ""] = line.split(" ");
      return {
        device,
        root: unescapeOctal(root),
        target: unescapeOctal(target),
      };
    })
    .toReversed();
}

/** mountinfo writes space, tab, newline and backslash as octal numbers. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_match, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
