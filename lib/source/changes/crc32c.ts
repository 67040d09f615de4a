/** The checksum that btrfs puts on each command of a stream. */

const polynomial = 0x82f63b78;

const table = Uint32Array.from({ length: 256 }, (_none, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    rest = rest & 1 ? (rest >>> 1) ^ polynomial : rest >>> 1;
  }
  return rest;
});

/** As the kernel's own: from 0 on, and not inverted at the end. */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  let crc = seed;
  for (const byte of bytes) {
    crc = (table[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  }
  return crc >>> 0;
}
