/** Which records of a send stream are changes of what a backup holds. */

import { snapshotsFolder } from "../rolling-snapshots.js";
import type { Doubt } from "./doubts.js";
import type { SendCommand, SendRecord } from "./send-stream.js";

export interface Findings {
  /** Asked of a path's ancestors too; never of the root. */
  isExcluded: (path: Buffer) => boolean;
  onChange: (path: Buffer) => void;
  /** Only the snapshots themselves can tell. */
  onDoubt: (doubt: Doubt) => void;
}

export interface ChangeFinder {
  take(record: SendRecord): void;
  /** When the stream has ended. */
  end(): void;
}

/** They make a name; the inode may be new. */
const makers: ReadonlySet<SendCommand> = new Set([
  ...(["mkfile", "mkdir", "mknod", "mkfifo", "mksock", "symlink"] as const),
  "link",
]);
const removers: ReadonlySet<SendCommand> = new Set(["unlink", "rmdir"]);
/** What a command of no name may mean, nobody knows. */
const ofNoPath: ReadonlySet<SendCommand> = new Set(["subvol", "unknown"]);

const snapshots = Buffer.from(snapshotsFolder);

export function createChangeFinder(findings: Findings): ChangeFinder {
  const { isExcluded, onChange, onDoubt } = findings;
  const orphans = createOrphans();
  const counts = (path: Buffer) => !excludedWithin(path, isExcluded);

  const arrive = (path: Buffer) => {
    if (orphans.begin(path) || orphans.above(path)) return;
    if (counts(path)) onChange(path);
  };
  /** A name goes; of an orphan that was touched nobody knows whose it is. */
  const leave = (path: Buffer) => {
    const orphan = orphans.end(path);
    if (orphan?.touched) onChange(path);
    if (orphan || orphans.above(path)) return;
    if (counts(path)) onChange(path);
  };
  const alter = ({ command, path, mtime, ctime }: SendRecord) => {
    const orphan = orphans.above(path);
    const times = command === "utimes" ? { times: { mtime, ctime } } : {};
    if (orphan) orphan.touched = true;
    // Another name of the same file may count: the stream has only one.
    else if (!counts(path)) onDoubt({ path, excluded: true, ...times });
    else if (command !== "utimes") onChange(path);
    else onDoubt({ path, ...times, rolling: path.equals(snapshots) });
  };

  return {
    take(record) {
      const { command, path, pathTo } = record;
      if (command === "snapshot") return;
      if (ofNoPath.has(command)) return onChange(path);
      if (makers.has(command)) return arrive(path);
      if (removers.has(command)) return leave(path);
      if (!pathTo) return alter(record);
      leave(path);
      arrive(pathTo);
    },
    end() {
      for (const path of orphans.left()) onChange(path);
    },
  };
}

function excludedWithin(
  path: Buffer,
  isExcluded: (path: Buffer) => boolean,
): boolean {
  if (path.length === 0) return false;
  for (
    let slash = path.indexOf("/");
    slash !== -1;
    slash = path.indexOf("/", slash + 1)
  ) {
    if (isExcluded(path.subarray(0, slash))) return true;
  }
  return isExcluded(path);
}

/**
 * What has no proper name yet, or not any more, is `o<inode>-<generation>-<n>`
 * at the top until another record renames or removes it. What happens to it
 * meanwhile is decided by the name that it gets.
 */
function createOrphans() {
  const orphans = new Map<string, { touched: boolean }>();
  const nameOf = (path: Buffer) => path.toString("latin1");
  return {
    /** A file of someone's may have such a name: then it stays, and counts. */
    begin(path: Buffer): boolean {
      const name = nameOf(path);
      if (!/^o\d+-\d+-\d+$/.test(name)) return false;
      orphans.set(name, { touched: false });
      return true;
    },
    end(path: Buffer) {
      const orphan = orphans.get(nameOf(path));
      orphans.delete(nameOf(path));
      return orphan;
    },
    /** The one that a path lies in or is. */
    above(path: Buffer) {
      if (orphans.size === 0) return undefined;
      const slash = path.indexOf("/");
      return orphans.get(nameOf(slash === -1 ? path : path.subarray(0, slash)));
    },
    left: () => [...orphans.keys()].map((name) => Buffer.from(name, "latin1")),
  };
}
