/**
 * The stream of `btrfs send`, version 1: commands of attributes, all
 * little-endian, each with a checksum.
 */

const commands = {
  ...{ snapshot: 2, mkfile: 3, mkdir: 4, symlink: 8, rename: 9, unlink: 11 },
  ...{ rmdir: 12, chmod: 18, chown: 19, utimes: 20, end: 21 },
  update_extent: 22,
} as const;

const attributes = {
  ...{ uuid: 1, transid: 2, size: 4, mode: 5, uid: 6, gid: 7, ctime: 9 },
  ...{ mtime: 10, atime: 11, path: 15, pathTo: 16, pathLink: 17, offset: 18 },
  ...{ parent_uuid: 20, parent_transid: 21 },
} as const;

export type Attributes = Partial<Record<keyof typeof attributes, Buffer>>;

export const streamHeader = Buffer.concat([
  Buffer.from("btrfs-stream\0"),
  Buffer.from([1, 0, 0, 0]),
]);

export function encode(
  command: keyof typeof commands,
  given: Attributes = {},
): Buffer {
  const body = Buffer.concat(
    Object.entries(given).map(([name, value]) => {
      const head = Buffer.alloc(4);
      head.writeUInt16LE(attributes[name as keyof Attributes], 0);
      head.writeUInt16LE(value.length, 2);
      return Buffer.concat([head, value]);
    }),
  );
  const head = Buffer.alloc(10);
  head.writeUInt32LE(body.length, 0);
  head.writeUInt16LE(commands[command], 4);
  const whole = Buffer.concat([head, body]);
  whole.writeUInt32LE(checksum(whole), 6);
  return whole;
}

export const text = (value: string): Buffer => Buffer.from(value);

export const uuid = (value: string): Buffer =>
  Buffer.from(value.replaceAll("-", ""), "hex");

export function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

export function time(ns: bigint): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeBigInt64LE(ns / 1_000_000_000n, 0);
  bytes.writeUInt32LE(Number(ns % 1_000_000_000n), 8);
  return bytes;
}

/** CRC-32C from 0 on, not inverted: bit by bit, as it is defined. */
function checksum(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0x82f63b78;
    }
  }
  return crc >>> 0;
}
