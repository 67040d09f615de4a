/** Who hears what, on one socket after another. */

import type { ConatSubscription } from "../conat.js";
import { decodeValue } from "./codec.js";
import type { Connection } from "./connection.js";
import { ConatError, errorOfAnswer, type Headers } from "./errors.js";
import { randomId } from "./ids.js";
import { Pending } from "./pending.js";
import { Reassembly, type Whole } from "./reassemble.js";

/** A message as it came in. */
export interface Received {
  subject: string;
  headers: Headers | undefined;
  bytes: number;
  /** @throws ConatError when its bytes are nonsense. */
  decode(): unknown;
}

export type Receive = (received: Received) => void;

/** Told when a subscription that stood is refused on a new connection. */
export type OnRefused = (subject: string, error: ConatError) => void;

interface Entry {
  queue: string;
  shared: boolean;
  receivers: Set<Receive>;
  /** The router of this connection has it. */
  active: boolean;
  /** It once stood: a refusal does not end it any more. */
  stood: boolean;
  /** Until the router took it for the first time. */
  first: Promise<void>;
}

const subscribeTimeoutMs = 60_000;

export class Subscriptions {
  readonly counts = { messages: 0, bytes: 0 };
  readonly #connection: Connection;
  readonly #onRefused: OnRefused;
  readonly #entries = new Map<string, Entry>();
  readonly #firsts = new Pending<void>();
  readonly #reassembly = new Reassembly();

  constructor(connection: Connection, onRefused: OnRefused) {
    this.#connection = connection;
    this.#onRefused = onRefused;
  }

  /**
   * With a `queue`, one of all its members hears each message, and no second
   * subscription of this client may have the subject: both would answer.
   * @throws ConatError 403 refused, 408 no router, 409 taken here.
   */
  async add(
    subject: string,
    receive: Receive,
    queue?: string,
  ): Promise<ConatSubscription> {
    const entry = this.#join(subject, queue);
    entry.receivers.add(receive);
    const close = () => this.#leave(subject, entry, receive);
    try {
      await entry.first;
    } catch (error) {
      close();
      throw error;
    }
    return { close };
  }

  /** On a new connection: all of them, and none that is not ours. */
  async resume(): Promise<void> {
    await this.retry();
    const timeoutMs = subscribeTimeoutMs;
    const known = await this.#connection.ask("subscriptions", null, timeoutMs);
    if (!Array.isArray(known)) return;
    for (const subject of known as unknown[]) {
      if (this.#entries.has(String(subject))) continue;
      this.#connection.tell("unsubscribe", { subject });
    }
    // What was refused just now waits for the next retry.
    const forgotten = [...this.#entries].filter(
      ([subject, { active }]) => active && !known.includes(subject),
    );
    await Promise.all(forgotten.map((each) => this.#send(...each)));
  }

  /** Those that the router does not have, once more. */
  async retry(): Promise<void> {
    const missing = [...this.#entries].filter(([, { active }]) => !active);
    await Promise.all(missing.map((each) => this.#send(...each)));
  }

  lost(): void {
    this.#reassembly.clear();
    for (const entry of this.#entries.values()) entry.active = false;
  }

  deliver(pattern: string, payload: unknown): void {
    const entry = this.#entries.get(pattern);
    const { subject, data } = (payload ?? {}) as Record<string, unknown>;
    if (!entry || typeof subject !== "string") return;
    const whole = this.#reassembly.add(pattern, data);
    if (!whole) return;
    this.counts.messages += 1;
    this.counts.bytes += whole.raw.length;
    const received = receivedOf(subject, whole);
    for (const receive of [...entry.receivers]) receive(received);
  }

  /** The router is told, while there is one. */
  close(error: ConatError): void {
    for (const subject of this.#entries.keys()) {
      this.#connection.tell("unsubscribe", { subject });
    }
    this.#entries.clear();
    this.#firsts.failAll(error);
    this.#reassembly.clear();
  }

  #join(subject: string, queue?: string): Entry {
    if (this.#connection.closedBy) throw this.#connection.closedBy;
    const known = this.#entries.get(subject);
    if (known?.shared && queue === undefined) return known;
    if (known) {
      throw new ConatError(
        `This client has a subscription of '${subject}' already.`,
        { code: 409, subject },
      );
    }
    const entry: Entry = {
      queue: queue ?? randomId(),
      shared: queue === undefined,
      receivers: new Set(),
      active: false,
      stood: false,
      first: Promise.resolve(),
    };
    entry.first = this.#firsts.wait(entry, subscribeTimeoutMs);
    this.#entries.set(subject, entry);
    if (this.#connection.state === "connected") void this.#send(subject, entry);
    return entry;
  }

  /** What gets no answer is sent again by the next connection or retry. */
  async #send(subject: string, entry: Entry): Promise<void> {
    const request = { subject, queue: entry.queue };
    let refusal: ConatError | undefined;
    try {
      refusal = errorOfAnswer(
        await this.#connection.ask("subscribe", request, subscribeTimeoutMs),
      );
    } catch {
      return;
    }
    if (refusal && entry.stood) this.#onRefused(subject, refusal);
    else if (refusal) this.#firsts.fail(entry, refusal);
    else {
      entry.active = true;
      entry.stood = true;
      this.#firsts.settle(entry, undefined);
    }
  }

  #leave(subject: string, entry: Entry, receive: Receive): void {
    entry.receivers.delete(receive);
    if (entry.receivers.size > 0) return;
    if (this.#entries.get(subject) !== entry) return;
    this.#entries.delete(subject);
    this.#connection.tell("unsubscribe", { subject });
  }
}

function receivedOf(subject: string, { raw, encoding, headers }: Whole) {
  const decode = () => decodeValue(raw, encoding);
  return { subject, headers, bytes: raw.length, decode };
}
