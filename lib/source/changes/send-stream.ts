/**
 * The stream of `btrfs send`, read as it comes. The format is that of the
 * kernel's fs/btrfs/send.h, versions 1 and 2: a header, then commands of
 * attributes, all little-endian, and an `end`.
 */

import { BackupError } from "../../../conat-api/index.js";
import { crc32c } from "./crc32c.js";

/** By their numbers. What is not in here has the name `unknown`. */
const commands = [
  ...["unspecified", "subvol", "snapshot", "mkfile", "mkdir", "mknod"],
  ...["mkfifo", "mksock", "symlink", "rename", "link", "unlink", "rmdir"],
  ...["set_xattr", "remove_xattr", "write", "clone", "truncate", "chmod"],
  ...["chown", "utimes", "end", "update_extent", "fallocate", "fileattr"],
  ...["encoded_write", "enable_verity"],
] as const;

export type SendCommand = (typeof commands)[number] | "unknown";

/** Times are ns since the epoch; paths are relative to the subvolume. */
export interface SendRecord {
  command: SendCommand;
  /** Empty for the subvolume's root. */
  path: Buffer;
  /** Of a rename. */
  pathTo?: Buffer;
  atime?: bigint;
  mtime?: bigint;
  ctime?: bigint;
}

export interface SendStreamReader {
  /** @throws BackupError FILESYSTEM_FAILED: no such stream. */
  push(chunk: Buffer): void;
  /** @throws BackupError FILESYSTEM_FAILED: it is not whole. */
  end(): void;
}

/**
 * `onRecord` gets all commands but `end`; the first one is `snapshot` or
 * `subvol`. A stream that ends without `end` may lack anything.
 */
export function createSendStreamReader(
  onRecord: (record: SendRecord) => void,
): SendStreamReader {
  const waiting = createBytes();
  let version: number | undefined;
  let state: "first" | "next" | "ended" = "first";

  const take = (record: SendRecord) => {
    const begins = /^(snapshot|subvol)$/.test(record.command);
    if (begins !== (state === "first")) throw malformed("an order of its own");
    state = record.command === "end" ? "ended" : "next";
    if (state !== "ended") onRecord(record);
  };

  return {
    push(chunk) {
      waiting.add(chunk);
      version ??= takeHeader(waiting);
      if (version === undefined) return;
      for (
        let command = takeCommand(waiting);
        command !== undefined;
        command = takeCommand(waiting)
      ) {
        if (state === "ended") throw malformed("more after its end");
        take(readCommand(command, version));
      }
    },
    end() {
      if (state !== "ended" || waiting.length() > 0) {
        throw malformed("no proper end");
      }
    },
  };
}

type Bytes = ReturnType<typeof createBytes>;

/** What has come and is not yet read. */
function createBytes() {
  let bytes: Buffer = Buffer.alloc(0);
  return {
    length: () => bytes.length,
    add(chunk: Buffer) {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    },
    /** undefined: not all of them are there. */
    peek: (length: number) =>
      bytes.length < length ? undefined : bytes.subarray(0, length),
    drop(length: number) {
      bytes = bytes.subarray(length);
    },
  };
}

const magic = Buffer.from("btrfs-stream\0");
const headerLength = magic.length + 4;

function takeHeader(waiting: Bytes): number | undefined {
  const header = waiting.peek(headerLength);
  if (!header) return undefined;
  const version = header.readUInt32LE(magic.length);
  if (!header.subarray(0, magic.length).equals(magic)) {
    throw malformed("another beginning");
  }
  if (version < 1 || version > 2) throw malformed(`version ${version}`);
  waiting.drop(headerLength);
  return version;
}

/** u32 length of the attributes, u16 command, u32 checksum. */
const commandLength = 10;
const checksumAt = 6;
// The kernel's are below 64 KiB in version 1, and below 200 KiB in version 2.
const longestCommand = 16 * 1024 * 1024;
const noChecksum = Buffer.alloc(4);

function takeCommand(waiting: Bytes): Buffer | undefined {
  const length = waiting.peek(commandLength)?.readUInt32LE(0);
  if (length === undefined) return undefined;
  if (length > longestCommand) throw malformed("a command of no end");
  const command = waiting.peek(commandLength + length);
  if (!command) return undefined;
  waiting.drop(command.length);
  // It was computed with zeros in its own place.
  const before = crc32c(command.subarray(0, checksumAt));
  const sum = crc32c(
    command.subarray(commandLength),
    crc32c(noChecksum, before),
  );
  if (sum !== command.readUInt32LE(checksumAt)) {
    throw malformed("a checksum that is wrong");
  }
  return command;
}

const attribute = { ctime: 9, mtime: 10, atime: 11, path: 15, pathTo: 16 };
const dataAttribute = 19;

function readCommand(command: Buffer, version: number): SendRecord {
  const name = commands[command.readUInt16LE(4)] ?? "unknown";
  const attributes = readAttributes(command, version);
  const path = attributes.get(attribute.path);
  if (!path && name !== "end" && name !== "unknown") {
    throw malformed(`${name} without a path`);
  }
  const pathTo = attributes.get(attribute.pathTo);
  if (!pathTo && name === "rename") throw malformed("a rename to nowhere");
  return {
    command: name,
    path: path ?? Buffer.alloc(0),
    ...(pathTo ? { pathTo } : {}),
    ...(name === "utimes" ? timesOf(attributes) : {}),
  };
}

/** By their numbers; copies, so that a chunk can go. */
function readAttributes(command: Buffer, version: number): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = commandLength; at < command.length;) {
    if (at + 2 > command.length) throw malformed("half an attribute");
    const type = command.readUInt16LE(at);
    // In version 2 it is the last one and has no length of its own.
    if (type === dataAttribute && version >= 2) break;
    if (at + 4 > command.length) throw malformed("half an attribute");
    const from = at + 4;
    at = from + command.readUInt16LE(at + 2);
    if (at > command.length) throw malformed("half an attribute");
    found.set(type, Buffer.from(command.subarray(from, at)));
  }
  return found;
}

function timesOf(attributes: Map<number, Buffer>) {
  const timeOf = (type: number): bigint => {
    const bytes = attributes.get(type);
    if (bytes?.length !== 12) throw malformed("utimes without times");
    return (
      bytes.readBigInt64LE(0) * 1_000_000_000n + BigInt(bytes.readUInt32LE(8))
    );
  };
  const { atime, mtime, ctime } = attribute;
  return { atime: timeOf(atime), mtime: timeOf(mtime), ctime: timeOf(ctime) };
}

function malformed(what: string): BackupError {
  return new BackupError(
    "FILESYSTEM_FAILED",
    `What btrfs sent about a project's changes cannot be understood: it has ${what}.`,
    { hint: "Start the job again." },
  );
}
