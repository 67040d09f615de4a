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

/**
 * Own functions of `impl` can be called, nothing inherited. `this` is the
 * message: `{subject, headers, data}`. Requests run side by side.
 */
export function answerWith(impl: object, connection: Connection): Receive {
  return (received) => {
    const to = replySubject(received);
    if (!to) return;
    void answer(impl, received).then((reply) => send(connection, to, reply));
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

/** Once more when the caller was away; then it is given up. */
async function send(
  connection: Connection,
  to: string,
  reply: Message,
): Promise<void> {
  try {
    if (await sent(connection, to, reply)) return;
    await waitForInterest(connection, to, callerReturnsMs);
    await sent(connection, to, reply);
  } catch {
    // Nobody is left to be told.
  }
}

/** A second answer of one request is no harm: the caller takes the first. */
async function sent(
  connection: Connection,
  to: string,
  reply: Message,
): Promise<boolean> {
  const publishing = publish(connection, to, reply, defaultTimeoutMs);
  return publishing.then(
    ({ count }) => count > 0,
    () => false,
  );
}
