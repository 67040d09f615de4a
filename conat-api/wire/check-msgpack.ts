/**
 * Is it safe to decode? A decoder makes room for as many items as a list
 * says that it has: 25 bytes from a stranger took a gigabyte (measured). Here
 * only the heads are read.
 */

/** Deeper is no message of ours: each level takes the decoder memory too. */
const deepest = 100;

/** @throws when a value that is announced does not follow. */
export function checkMessagePack(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  /** How many values are still to come, at each level. */
  const open = [1];
  let offset = 0;
  while (open.length > 0) {
    const last = open.length - 1;
    if (open[last] === 0) {
      open.pop();
      continue;
    }
    open[last] = (open[last] as number) - 1;
    const head = readHead(view, offset);
    offset += head.bytes;
    if (head.items > 0) open.push(head.items);
    if (open.length > deepest) throw new Error("nested too deep");
  }
}

/** Of one value: the bytes that are its own, the values that follow in it. */
interface Head {
  bytes: number;
  items: number;
}

function readHead(view: DataView, offset: number): Head {
  const type = view.getUint8(offset);
  if (type <= 0x7f || type >= 0xe0) return { bytes: 1, items: 0 };
  if (type <= 0x8f) return { bytes: 1, items: 2 * (type & 0x0f) };
  if (type <= 0x9f) return { bytes: 1, items: type & 0x0f };
  if (type <= 0xbf) return { bytes: 1 + (type & 0x1f), items: 0 };
  const fixed = fixedBytes[type];
  if (fixed !== undefined) return { bytes: fixed, items: 0 };
  const sized = sizes[type];
  if (!sized) throw new Error("no such type");
  const count = readSize(view, offset + 1, sized.width);
  const bytes = 1 + sized.width;
  return sized.items === 0
    ? { bytes: bytes + sized.extra + count, items: 0 }
    : { bytes, items: count * sized.items };
}

function readSize(view: DataView, offset: number, width: 1 | 2 | 4): number {
  if (width === 1) return view.getUint8(offset);
  return width === 2 ? view.getUint16(offset) : view.getUint32(offset);
}

/** nil, booleans, floats, integers and the extensions of a fixed length. */
const fixedBytes: Record<number, number> = {
  0xc0: 1,
  0xc2: 1,
  0xc3: 1,
  0xca: 5,
  0xcb: 9,
  0xcc: 2,
  0xcd: 3,
  0xce: 5,
  0xcf: 9,
  0xd0: 2,
  0xd1: 3,
  0xd2: 5,
  0xd3: 9,
  0xd4: 3,
  0xd5: 4,
  0xd6: 6,
  0xd7: 10,
  0xd8: 18,
};

interface Sized {
  width: 1 | 2 | 4;
  /** Values for each one counted; 0: it counts bytes, and `extra` more. */
  items: 0 | 1 | 2;
  extra: number;
}

const ofBytes = (width: 1 | 2 | 4, extra = 0) =>
  ({ width, items: 0, extra }) as const;
const ofItems = (width: 2 | 4, items: 1 | 2) =>
  ({ width, items, extra: 0 }) as const;

const sizes: Record<number, Sized> = {
  // bin
  0xc4: ofBytes(1),
  0xc5: ofBytes(2),
  0xc6: ofBytes(4),
  // ext: a type byte follows the size
  0xc7: ofBytes(1, 1),
  0xc8: ofBytes(2, 1),
  0xc9: ofBytes(4, 1),
  // str
  0xd9: ofBytes(1),
  0xda: ofBytes(2),
  0xdb: ofBytes(4),
  // array, map
  0xdc: ofItems(2, 1),
  0xdd: ofItems(4, 1),
  0xde: ofItems(2, 2),
  0xdf: ofItems(4, 2),
};
