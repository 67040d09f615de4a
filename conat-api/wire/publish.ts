/** A message on its way to whoever subscribed. */

import { type Message, splitMessage } from "./chunks.js";
import { type Encoding, encodeValue } from "./codec.js";
import type { Connection } from "./connection.js";
import { errorOfAnswer, type Headers } from "./errors.js";
import { countdown } from "./pending.js";

export interface PublishOptions {
  headers?: Headers;
  /** 0: MessagePack, the default; 1: JSON. */
  encoding?: Encoding;
  /** Of the router's word that it has it. */
  timeout?: number;
}

export interface Published {
  bytes: number;
  /** How many (pattern, queue) groups it went to. */
  count: number;
}

export const defaultTimeoutMs = 30_000;

/** @throws ConatError 403 refused, 408 not known to have arrived. */
export async function publish(
  connection: Connection,
  subject: string,
  message: Message,
  timeoutMs: number,
): Promise<Published> {
  const left = countdown(timeoutMs);
  const { max_payload } = await infoOf(connection, left());
  const answers = await Promise.all(
    splitMessage(subject, message, max_payload).map((chunk) =>
      connection.ask("publish", chunk, left()),
    ),
  );
  for (const answer of answers) {
    const refusal = errorOfAnswer(answer);
    if (refusal) throw refusal;
  }
  const { count } = (answers.at(-1) ?? {}) as { count?: unknown };
  return {
    bytes: message.raw.length,
    count: typeof count === "number" ? count : 0,
  };
}

/** Nobody learns whether it arrived; nothing is sent when not connected. */
export function publishAndForget(
  connection: Connection,
  subject: string,
  message: Message,
): void {
  const { state, info } = connection;
  if (state !== "connected" || !info) return;
  for (const chunk of splitMessage(subject, message, info.max_payload)) {
    connection.tell("publish", chunk);
  }
}

export function messageOf(
  value: unknown,
  { headers, encoding = 0 }: PublishOptions = {},
): Message {
  return { raw: encodeValue(value, encoding), encoding, headers };
}

/**
 * Does, or within the time will, anybody listen?
 * @throws ConatError 403 when the subject is not ours to publish on.
 */
export async function waitForInterest(
  connection: Connection,
  subject: string,
  timeoutMs: number,
): Promise<boolean> {
  const request = { subject, timeout: timeoutMs };
  const answer = await connection.ask(
    "wait-for-interest",
    request,
    // The router's own answer comes first.
    timeoutMs + answerMs,
  );
  const refusal = errorOfAnswer(answer);
  if (refusal && isTimeout(refusal)) return false;
  if (refusal) throw refusal;
  return answer === true;
}

const answerMs = 5_000;

function isTimeout({ code, message }: { code?: unknown; message: string }) {
  return code === 408 || message === "timeout";
}

/** At once when there is one: messages keep their order. */
async function infoOf(connection: Connection, timeoutMs: number) {
  const { state, info } = connection;
  return state === "connected" && info ? info : connection.signedIn(timeoutMs);
}
