/** The chunks of messages, put together again. */

import { bytesOf } from "./codec.js";
import type { Headers } from "./errors.js";

export interface Whole {
  raw: Uint8Array;
  encoding: unknown;
  headers: Headers | undefined;
}

interface Partial {
  parts: Uint8Array[];
  /** What it is charged with. */
  cost: number;
  touchedAt: number;
}

export interface ReassemblyLimits {
  /** Of all unfinished messages together; the longest untouched go first. */
  maxBytes: number;
  /** An unfinished message that hears nothing for this long is dropped. */
  idleMs: number;
}

const defaults: ReassemblyLimits = {
  maxBytes: 128 * 2 ** 20,
  idleMs: 120_000,
};

/** Empty chunks take memory too. */
const chunkCost = 256;

export class Reassembly {
  readonly #limits: ReassemblyLimits;
  /** The longest untouched first. */
  readonly #partials = new Map<string, Partial>();
  #cost = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(limits: ReassemblyLimits = defaults) {
    this.#limits = limits;
  }

  /**
   * `[id, seq, done, encoding, raw, headers?]` of one subscription; the whole
   * message when this was its last chunk. One lost chunk drops the message.
   */
  add(pattern: string, data: unknown): Whole | undefined {
    if (!Array.isArray(data)) return undefined;
    const [id, seq, done, encoding, given, headers] = data as unknown[];
    const raw = bytesOf(given);
    if (typeof id !== "string" || !raw) return undefined;
    const whole = { encoding, headers: headersOf(headers) };
    if (seq === 0 && done) return { raw, ...whole };
    const key = `${pattern} ${id}`;
    const before = this.#drop(key);
    if (seq !== (before?.parts.length ?? 0)) return undefined;
    const parts = before?.parts ?? [];
    parts.push(raw);
    if (done) return { raw: join(parts), ...whole };
    this.#keep(key, parts, (before?.cost ?? 0) + raw.length + chunkCost);
    return undefined;
  }

  /** The rest of what is unfinished will not come. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#partials.clear();
    this.#cost = 0;
  }

  #keep(key: string, parts: Uint8Array[], cost: number): void {
    this.#partials.set(key, { parts, cost, touchedAt: performance.now() });
    this.#cost += cost;
    for (const oldest of this.#partials.keys()) {
      if (this.#cost <= this.#limits.maxBytes) break;
      this.#drop(oldest);
    }
    this.#timer ??= setTimeout(() => this.#expire(), this.#limits.idleMs);
  }

  #drop(key: string): Partial | undefined {
    const partial = this.#partials.get(key);
    this.#partials.delete(key);
    this.#cost -= partial?.cost ?? 0;
    return partial;
  }

  #expire(): void {
    const { idleMs } = this.#limits;
    const now = performance.now();
    for (const [key, { touchedAt }] of this.#partials) {
      if (touchedAt + idleMs <= now) this.#drop(key);
    }
    const [oldest] = this.#partials.values();
    this.#timer =
      oldest &&
      setTimeout(() => this.#expire(), oldest.touchedAt + idleMs - now);
  }
}

function headersOf(given: unknown): Headers | undefined {
  return typeof given === "object" && given !== null
    ? (given as Headers)
    : undefined;
}

function join(parts: Uint8Array[]): Uint8Array {
  const total = parts.reduce((sum, { length }) => sum + length, 0);
  const whole = new Uint8Array(total);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
