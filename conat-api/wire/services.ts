/** Methods that others call: `[name, [args]]` in, a result or an error out. */

import type { Message } from "./chunks.js";
import type { Connection } from "./connection.js";
import { ConatError, headersOfError } from "./errors.js";
import {
  defaultTimeoutMs,
  messageOf,
  publish,
  waitForInterest,
} from "./publish.js";
import type { Receive, Received } from "./subscriptions.js";

/** How long an answer waits for a caller that just lost its connection. */
const callerReturnsMs = 10_000;
/** Answers of one service that wait so. */
const mostWaits = 32;

/**
 * Own functions of `impl` can be called, nothing inherited. `this` is the
 * message: `{subject, headers, data}`. Requests run side by side.
 */
export function answerWith(impl: object, connection: Connection): Receive {
  const waits = new Waits();
  return (received) => {
    const to = replySubject(received);
    if (!to) return;
    void answer(impl, received).then((reply) =>
      send(connection, waits, to, reply),
    );
  };
}

/**
 * Only into an inbox: the answer is published with our rights, and the
 * caller may name any subject.
 */
function replySubject({ headers }: Received): string | undefined {
  const to = headers?.["CN-Reply"];
  return typeof to === "string" && /^_INBOX(\.[^.*>\s]+)+$/.test(to)
    ? to
    : undefined;
}

async function answer(impl: object, received: Received): Promise<Message> {
  try {
    // MessagePack has no undefined: it goes as null.
    return messageOf(await invoke(impl, received));
  } catch (error) {
    return messageOf(null, { headers: headersOfError(error) });
  }
}

function invoke(impl: object, received: Received): unknown {
  const { subject, headers } = received;
  const data = received.decode();
  const [name, args] = Array.isArray(data) ? (data as unknown[]) : [];
  const method =
    typeof name === "string" && Object.hasOwn(impl, name)
      ? (impl as Record<string, unknown>)[name]
      : undefined;
  if (typeof method !== "function") {
    const what = typeof name === "string" ? name : "A call without a name:";
    throw new ConatError(`${what} not defined`);
  }
  const message = { subject, headers, data };
  return method.apply(message, Array.isArray(args) ? args : []) as unknown;
}

/**
 * Most answers that nobody takes are for callers who are gone for good, or who
 * never were there: so few of them are waited for. Not so when our own
 * connection was lost, for theirs was probably too.
 */
async function send(
  connection: Connection,
  waits: Waits,
  to: string,
  reply: Message,
): Promise<void> {
  const publishReply = () =>
    publish(connection, to, reply, defaultTimeoutMs).then(
      ({ count }) => count > 0,
      lostOrThrow,
    );
  try {
    const arrived = await publishReply();
    if (arrived === true) return;
    const wait = () => waitForInterest(connection, to, callerReturnsMs);
    // A second answer of one request is no harm: the caller takes the first.
    const isBack =
      arrived === "lost"
        ? (await publishReply()) !== true && (await wait())
        : await waits.run(wait);
    if (isBack) await publishReply();
  } catch {
    // Nobody is left to be told.
  }
}

/** A refusal would be refused again. */
function lostOrThrow(error: unknown): "lost" {
  if (error instanceof ConatError && error.code === 408) return "lost";
  throw error;
}

/** So many at a time; what is beyond is dropped. */
class Waits {
  #count = 0;

  async run(wait: () => Promise<boolean>): Promise<boolean> {
    if (this.#count >= mostWaits) return false;
    this.#count++;
    return wait().finally(() => this.#count--);
  }
}
