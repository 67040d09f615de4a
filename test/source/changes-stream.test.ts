/** The stream of btrfs send: whole, or an error. */

import { lstatSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compareSnapshots } from "../../lib/source/changes/compare.js";
import { crc32c } from "../../lib/source/changes/crc32c.js";
import {
  createSendStreamReader,
  type SendRecord,
} from "../../lib/source/changes/send-stream.js";
import { mountBtrfs } from "../support/btrfs-image.js";
import { tempDir } from "../support/temp.js";
import { describeReal } from "../support/tools.js";
import { btrfs, makeProject } from "./changes-ground.js";

const failed = expect.objectContaining({ code: "FILESYSTEM_FAILED" });

const number = { snapshot: 2, write: 15, chmod: 18, utimes: 20, end: 21 };
const path = 15;

function header(version: number): Buffer {
  const bytes = Buffer.from("btrfs-stream\0____");
  bytes.writeUInt32LE(version, 13);
  return bytes;
}

function attribute(type: number, value: Buffer | string): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(type, 0);
  bytes.writeUInt16LE(value.length, 2);
  return Buffer.concat([bytes, Buffer.from(value)]);
}

function command(type: number, ...attributes: Buffer[]): Buffer {
  const body = Buffer.concat(attributes);
  const head = Buffer.alloc(10);
  head.writeUInt32LE(body.length, 0);
  head.writeUInt16LE(type, 4);
  const whole = Buffer.concat([head, body]);
  whole.writeUInt32LE(crc32c(whole), 6);
  return whole;
}

const snapshot = command(number.snapshot, attribute(path, "new"));
const chmod = command(number.chmod, attribute(path, "file"));
const end = command(number.end);
const whole = Buffer.concat([header(1), snapshot, chmod, end]);

function read(chunks: Iterable<Buffer>): SendRecord[] {
  const records: SendRecord[] = [];
  const reader = createSendStreamReader((record) => records.push(record));
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return records;
}

const words = (records: SendRecord[]) =>
  records.map((record) => `${record.command} ${record.path}`);

test("the checksum is that of the standard", () => {
  // RFC 3720, B.4: of 32 zeros, inverted at both ends.
  expect(~crc32c(Buffer.alloc(32), 0xffffffff) >>> 0).toBe(0x8a9136aa);
});

test("it is read whatever the pieces that it comes in", () => {
  const bytes = [...whole].map((_byte, at) => whole.subarray(at, at + 1));
  for (const chunks of [[whole], bytes]) {
    expect(words(read(chunks))).toEqual(["snapshot new", "chmod file"]);
  }
});

test("times are exact", () => {
  const time = Buffer.alloc(12);
  time.writeBigInt64LE(-1n, 0);
  time.writeUInt32LE(999_999_999, 8);
  const times = [9, 10, 11].map((type) => attribute(type, time));
  const utimes = command(number.utimes, attribute(path, ""), ...times);
  const [, record] = read([header(1), snapshot, utimes, end]);
  expect(record).toMatchObject({ atime: -1n, mtime: -1n, ctime: -1n });
});

test("in version 2 data has no length, and may be long", () => {
  const data = Buffer.alloc(100_002, 7);
  data.writeUInt16LE(19, 0);
  const write = command(number.write, attribute(path, "file"), data);
  const records = read([header(2), snapshot, write, end]);
  expect(words(records)).toEqual(["snapshot new", "write file"]);
});

test("a command of a later kernel is handed on as unknown", () => {
  const [, record] = read([header(2), snapshot, command(99), end]);
  expect(record?.command).toBe("unknown");
});

test("wherever it breaks off, it is an error", () => {
  for (let length = 0; length < whole.length; length += 1) {
    expect(() => read([whole.subarray(0, length)])).toThrow(failed);
  }
});

test("whatever byte is wrong, it is an error", () => {
  for (let at = 0; at < whole.length; at += 1) {
    const wrong = Buffer.from(whole);
    wrong.writeUInt8(wrong.readUInt8(at) ^ 0x10, at);
    expect(() => read([wrong])).toThrow(failed);
  }
});

test.each([
  ["another version", [header(3), snapshot, end]],
  ["nothing but its end", [header(1), end]],
  ["another beginning", [header(1), chmod, end]],
  ["two beginnings", [header(1), snapshot, snapshot, end]],
  ["more after its end", [whole, chmod]],
  ["no path", [header(1), snapshot, command(number.chmod), end]],
  [
    "no times",
    [header(1), snapshot, command(number.utimes, attribute(path, "a")), end],
  ],
  [
    "half an attribute",
    [
      header(1),
      snapshot,
      command(number.chmod, attribute(path, "file").subarray(0, 6)),
      end,
    ],
  ],
])("with %s it is an error", (_what, chunks) => {
  expect(() => read([Buffer.concat(chunks)])).toThrow(failed);
});

describe("a comparison", () => {
  const compare = (chunks: Buffer[], base = "/no/base") =>
    compareSnapshots({
      ...{ base, snapshot: "/no/snapshot", limit: 1 },
      btrfs: {
        send(_base, _snapshot, onChunk) {
          for (const chunk of chunks) onChunk(chunk);
          return Promise.resolve();
        },
      },
    });

  test("of a stream without its end fails: it is never equal", async () => {
    await expect(compare([header(1), snapshot])).rejects.toEqual(failed);
    await expect(compare([])).rejects.toEqual(failed);
    await expect(compare([header(1), snapshot, end])).resolves.toEqual({
      ...{ changes: 0, more: false },
    });
  });

  test.each([
    ["a command that nobody knows", command(99)],
    [
      "a new file that never gets a name",
      command(3, attribute(path, "o1-2-0")),
    ],
    ["times of what cannot be looked at", utimesOf("file", 0n, 0n)],
  ])("with %s has found a change", async (_what, record) => {
    const { changes } = await compare([header(1), snapshot, record, end]);
    expect(changes).toBe(1);
  });

  test("of files that were only read is equal, unless they are too many", async () => {
    const base = tempDir("base");
    writeFileSync(join(base, "file"), "1");
    const { mtimeNs, ctimeNs } = lstatSync(join(base, "file"), {
      bigint: true,
    });
    const read = utimesOf("file", mtimeNs, ctimeNs);
    const found = async (records: Buffer[]) =>
      (await compare([header(1), snapshot, ...records, end], base)).changes;
    expect(await found([read])).toBe(0);
    expect(await found([utimesOf("file", mtimeNs + 1n, ctimeNs)])).toBe(1);
    expect(await found([utimesOf("file", mtimeNs, ctimeNs - 1n)])).toBe(1);
    const many = Buffer.concat(Array.from({ length: 25_000 }, () => read));
    expect(await found([many])).toBe(1);
  });

  function utimesOf(name: string, mtimeNs: bigint, ctimeNs: bigint): Buffer {
    const time = (type: number, ns: bigint) => {
      const bytes = Buffer.alloc(12);
      bytes.writeBigInt64LE(ns / 1_000_000_000n, 0);
      bytes.writeUInt32LE(Number(ns % 1_000_000_000n), 8);
      return attribute(type, bytes);
    };
    const times = [time(9, ctimeNs), time(10, mtimeNs), time(11, 0n)];
    return command(number.utimes, attribute(path, name), ...times);
  }
});

describeReal("of real btrfs", { needs: ["btrfs"] }, () => {
  test("its checksums and its end are understood", async () => {
    const image = await mountBtrfs({ sizeBytes: 512 * 1024 ** 2 });
    try {
      const { base, snapshot: later, project } = await makeProject(image.path);
      writeFileSync(join(project, "file"), "1");
      await btrfs.snapshotReadOnly(project, later);
      const chunks: Buffer[] = [];
      await btrfs.send(base, later, (chunk) => chunks.push(chunk));
      expect(words(read(chunks))).toEqual(
        expect.arrayContaining(["snapshot snapshot", "chmod file"]),
      );
      const backwards = btrfs.send(`${base}/no`, later, () => {});
      await expect(backwards).rejects.toEqual(failed);
    } finally {
      await image.unmount();
    }
  });
});
