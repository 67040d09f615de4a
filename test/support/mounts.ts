import { readFileSync } from "node:fs";

/** One line of mountinfo: `subtree` is the mounted path in its filesystem. */
export type Mount = {
  target: string;
  subtree: string;
  type: string;
  source: string;
};

/** What is mounted at or below `path`, in the order it was mounted. */
export function mountsUnder(path: string): Mount[] {
  return readMounts().filter(({ target }) => isUnder(target, path));
}

/** All mounts this process sees (proc(5), mountinfo). */
export function readMounts(): Mount[] {
  return readFileSync("/proc/self/mountinfo", "latin1")
    .split("\n")
    .filter((line) => line !== "")
    .map(parseMount);
}

/** True if `path` is `root` or lies below it; both absolute. */
export function isUnder(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}

function parseMount(line: string): Mount {
  // Any number of optional fields stands before the lone dash.
  const [before = "", after = ""] = line.split(" - ");
  const [, , , subtree = "", target = ""] = before.split(" ").map(unescape);
  const [type = "", source = ""] = after.split(" ").map(unescape);
  return { target, subtree, type, source };
}

function unescape(field: string): string {
  const bytes = field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}
