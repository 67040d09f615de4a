/** One message as the events it is published in. */

import type { Encoding } from "./codec.js";
import type { Headers } from "./errors.js";
import { randomId } from "./ids.js";

export interface Message {
  raw: Uint8Array;
  encoding: Encoding;
  headers?: Headers | undefined;
}

/** `[subject, id, seq, done, encoding, raw, headers?]` */
export type Chunk = unknown[];

/** Room for the subject and the headers in an event of `max_payload`. */
const overhead = 100_000;

export const chunkBytes = (max_payload: number): number =>
  Math.max(1000, max_payload - overhead);

/** At least one; the headers go with the last. */
export function splitMessage(
  subject: string,
  { raw, encoding, headers }: Message,
  max_payload: number,
): Chunk[] {
  const size = chunkBytes(max_payload);
  const count = Math.max(1, Math.ceil(raw.length / size));
  const id = randomId();
  return Array.from({ length: count }, (_item, seq) => {
    const done = seq === count - 1;
    const part = raw.subarray(seq * size, (seq + 1) * size);
    const chunk = [subject, id, seq, Number(done), encoding, part];
    return done && headers ? [...chunk, headers] : chunk;
  });
}
