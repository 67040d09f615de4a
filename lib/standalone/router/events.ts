/** The events that a client may send, and what answers each. */

import { publish } from "./publish.js";
import { malformed, Refusal } from "./refusal.js";
import { subscribe, subscriptions, unsubscribe } from "./subscribe.js";
import type { Client, Switchboard } from "./switchboard.js";
import { waitForInterest } from "./wait-for-interest.js";

type Handler = (
  switchboard: Switchboard,
  client: Client,
  argument: unknown,
  /** Of the whole event. */
  bytes: number,
) => unknown;

const handlers = new Map<unknown, Handler>([
  ["publish", publish],
  ["subscribe", subscribe],
  ["unsubscribe", unsubscribe],
  ["subscriptions", subscriptions],
  ["wait-for-interest", waitForInterest],
  ["stats", () => undefined],
  ["cluster", () => []],
]);

/** Remote calls over the router itself, which this one does not offer. */
const rpc = /^(rpc|fast-rpc)(-|$)/;

/** @throws Refusal 400, 503 */
export function handlerOf(event: unknown): Handler {
  const handler = handlers.get(event);
  if (handler) return handler;
  if (typeof event === "string" && rpc.test(event)) {
    throw new Refusal(`this router does not offer '${event}'`, 503);
  }
  throw malformed(`unknown event '${String(event).slice(0, 100)}'`);
}

/** It takes long, and what comes after it does not depend on it. */
export const isUnordered = (event: unknown): boolean =>
  event === "wait-for-interest";
