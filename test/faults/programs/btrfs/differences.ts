/**
 * The commands that make a later tree of an earlier one, as btrfs has them.
 * Copies keep no inodes: what was renamed is removed and made again. As if
 * mounted with noatime, a file that was only read is not in it.
 */

import { dirname } from "node:path";
import { encode, text, time, u64 } from "./send-encoder.js";
import type { Entry } from "./tree.js";

export function differencesOf(
  before: readonly Entry[],
  after: readonly Entry[],
  generation: number,
): Buffer[] {
  const old = new Map(before.map((entry) => [entry.path, entry]));
  const now = new Map(after.map((entry) => [entry.path, entry]));
  const isSameKind = (one: Entry, other: Entry | undefined) =>
    one.type === other?.type &&
    (one.type !== "link" || one.content === other.content);
  const gone = before.filter((one) => !isSameKind(one, now.get(one.path)));
  const come = after.filter((one) => !isSameKind(one, old.get(one.path)));
  const touched = new Set([...gone, ...come].map(({ path }) => parentOf(path)));
  return [
    ...gone.toReversed().flatMap(removed),
    ...come.flatMap((entry, at) => made(entry, `o${300 + at}-${generation}-0`)),
    ...after.flatMap((entry) => {
      const earlier = old.get(entry.path);
      return earlier && isSameKind(entry, earlier)
        ? altered(earlier, entry)
        : [];
    }),
    ...after
      .filter(({ path, type }) => type === "directory" && touched.has(path))
      .map(utimes),
  ];
}

function parentOf(path: string): string {
  const parent = dirname(path);
  return parent === "." ? "" : parent;
}

/** Of a nested subvolume a stream has no word. */
function removed({ path, type }: Entry): Buffer[] {
  if (type === "subvolume") return [];
  const command = type === "directory" ? "rmdir" : "unlink";
  return [encode(command, { path: text(path) })];
}

/** Under a name of btrfs's own, until it gets its place. */
function made(entry: Entry, orphan: string): Buffer[] {
  const { type, path, content } = entry;
  const name = { path: text(orphan), pathTo: text(path) };
  const rename = encode("rename", name);
  switch (type) {
    case "subvolume":
      return [];
    case "link":
      return [
        encode("symlink", { path: name.path, pathLink: text(content) }),
        ...[rename, chown(entry), utimes(entry)],
      ];
    case "directory":
      return [
        encode("mkdir", { path: name.path }),
        ...[rename, chown(entry), chmod(entry), utimes(entry)],
      ];
    case "file":
      return [
        encode("mkfile", { path: name.path }),
        ...[rename, written(entry), chown(entry), chmod(entry), utimes(entry)],
      ];
  }
}

function altered(before: Entry, after: Entry): Buffer[] {
  const commands = [
    ...(before.content === after.content ? [] : [written(after)]),
    ...(before.owner === after.owner ? [] : [chown(after)]),
    ...(before.mode === after.mode ? [] : [chmod(after)]),
  ];
  const isEqual = commands.length === 0 && before.mtimeNs === after.mtimeNs;
  return isEqual ? [] : [...commands, utimes(after)];
}

function written({ path }: Entry): Buffer {
  const where = { offset: u64(0), size: u64(4096) };
  return encode("update_extent", { path: text(path), ...where });
}

function chmod({ path, mode }: Entry): Buffer {
  return encode("chmod", { path: text(path), mode: u64(mode) });
}

function chown({ path, owner }: Entry): Buffer {
  const [uid, gid] = owner.split(":").map(Number);
  const ids = { uid: u64(uid ?? 0), gid: u64(gid ?? 0) };
  return encode("chown", { path: text(path), ...ids });
}

function utimes({ path, mtimeNs }: Entry): Buffer {
  const at = time(mtimeNs);
  return encode("utimes", {
    path: text(path),
    atime: at,
    mtime: at,
    ctime: at,
  });
}
