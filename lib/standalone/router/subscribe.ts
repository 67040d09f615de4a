/** To subscribe, to stop it, and to be told what one subscribed to. */

import { isHub } from "./identity.js";
import { check, Subscribe, Unsubscribe } from "./messages.js";
import { permit } from "./permit.js";
import {
  malformed,
  Refusal,
  type RefusalReply,
  refusalReply,
} from "./refusal.js";
import { parsePattern } from "./subject.js";
import type { Client, Switchboard } from "./switchboard.js";
import { takeTurns } from "./turn.js";

type Subscribed = { status: "added" | "already-added" };

/** An array is answered by an array, with an answer or a refusal for each. */
export async function subscribe(
  switchboard: Switchboard,
  client: Client,
  argument: unknown,
): Promise<Subscribed | (Subscribed | RefusalReply)[]> {
  if (!Array.isArray(argument)) return add(switchboard, client, argument);
  requireShort(switchboard, client, argument);
  const replies = [];
  for (const [step, each] of argument.entries()) {
    await takeTurns(step);
    const reply = await add(switchboard, client, each).catch(
      (error: unknown) => {
        if (error instanceof Refusal) return refusalReply(error);
        throw error;
      },
    );
    replies.push(reply);
  }
  return replies;
}

export function unsubscribe(
  switchboard: Switchboard,
  client: Client,
  argument: unknown,
): undefined {
  if (Array.isArray(argument)) requireShort(switchboard, client, argument);
  const all: unknown[] = Array.isArray(argument) ? argument : [argument];
  const subjects = all.map(
    (each) => check(Unsubscribe, "unsubscribe", each).subject,
  );
  for (const subject of subjects) remove(switchboard, client, subject);
}

export const unsubscribeAll = (switchboard: Switchboard, client: Client) =>
  [...client.subscriptions.keys()].forEach((subject) =>
    remove(switchboard, client, subject),
  );

export const subscriptions = (_switchboard: Switchboard, client: Client) => [
  ...client.subscriptions.keys(),
];

async function add(
  switchboard: Switchboard,
  client: Client,
  argument: unknown,
): Promise<Subscribed> {
  const { interest, waiting } = switchboard;
  const { subject, queue } = check(Subscribe, "subscribe", argument);
  const pattern = parsePattern(subject);
  if (!pattern) throw malformed(`invalid subject '${subject}'`);
  if (client.subscriptions.has(subject)) return { status: "already-added" };
  const max = maxOf(switchboard, client);
  if (client.subscriptions.size >= max) throw tooMany(max);
  const access = await permit(switchboard, client, "sub", pattern);
  // It may have gone while its role was looked up.
  if (!client.socket.connected) throw malformed("disconnected");
  const subscription = { client, pattern, queue, access };
  client.subscriptions.set(subject, subscription);
  interest.add(pattern, queue, subscription);
  if (subject !== ">") waiting.subscribed(pattern);
  return { status: "added" };
}

function remove(
  { interest }: Switchboard,
  { subscriptions }: Client,
  subject: string,
): void {
  const subscription = subscriptions.get(subject);
  if (!subscription) return;
  subscriptions.delete(subject);
  interest.remove(subscription.pattern, subscription.queue, subscription);
}

/** One event counts as one, however long its array. */
function requireShort(
  switchboard: Switchboard,
  client: Client,
  { length }: unknown[],
): void {
  const max = maxOf(switchboard, client);
  if (length > max) throw tooMany(max);
}

const maxOf = ({ limits }: Switchboard, { identity }: Client): number =>
  isHub(identity) ? limits.hubSubscriptions : limits.subscriptions;

const tooMany = (max: number) =>
  new Refusal(`at most ${max} subscriptions of a connection`, 507);
