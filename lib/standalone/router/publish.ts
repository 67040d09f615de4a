/**
 * One chunk of a message, from its publisher to one member of each group.
 * Chunks are routed each for itself, as on CoCalc's router.
 */

import type { Group } from "./interest.js";
import { check, Publish } from "./messages.js";
import { isAllowed } from "./permission.js";
import { permit } from "./permit.js";
import { malformed } from "./refusal.js";
import { parseSubject } from "./subject.js";
import type { Client, Subscription, Switchboard } from "./switchboard.js";
import { takeTurns } from "./turn.js";

export interface Published {
  /** Groups that got it. Those of the bare pattern `>` only listen in. */
  count: number;
  serverAuthMs: number;
  serverRouteMs: number;
  serverHandlerMs: number;
}

export async function publish(
  switchboard: Switchboard,
  client: Client,
  argument: unknown,
  bytes: number,
): Promise<Published> {
  const begun = performance.now();
  const message = check(Publish, "publish", argument);
  const [subject] = message;
  const tokens = parseSubject(subject);
  if (!tokens) throw malformed(`invalid subject '${subject}'`);
  await permit(switchboard, client, "pub", tokens);
  const permitted = performance.now();

  const { interest, tally } = switchboard;
  const payload = { subject, data: dataOf(message) };
  let count = 0;
  for (const [step, group] of interest.match(tokens).entries()) {
    await takeTurns(step);
    const deliver = ({ socket }: Client) => {
      socket.emit(group.pattern, payload);
      tally.delivered++;
      if (group.pattern !== ">") count++;
    };
    await deliverTo(switchboard, { group, sender: client, bytes, deliver });
  }
  tally.published++;
  const done = performance.now();
  return {
    count,
    serverAuthMs: Math.round(permitted - begun),
    serverRouteMs: Math.round(done - permitted),
    serverHandlerMs: Math.round(done - begun),
  };
}

function dataOf([, id, seq, done, encoding, raw, headers]: Publish): unknown[] {
  const data = [id, seq, done, encoding, raw];
  return headers ? [...data, headers] : data;
}

interface Delivery {
  group: Group<Subscription>;
  sender: Client;
  bytes: number;
  deliver(receiver: Client): void;
}

/** To one of the group, if there is one; the sender waits for a hub. */
async function deliverTo(
  switchboard: Switchboard,
  { group, sender, bytes, deliver }: Delivery,
): Promise<void> {
  while (sender.socket.connected) {
    const receiver = await choose(switchboard, group);
    if (!receiver) return;
    const { client } = receiver;
    if (!client.unread) return deliver(client);
    const sent = await client.unread.admit(sender, bytes);
    if (sent) {
      deliver(client);
      return client.unread.delivered(sent);
    }
    // It went away meanwhile: another one of its group, then.
  }
}

/** One of a group at random, among those who still have their role. */
async function choose(
  switchboard: Switchboard,
  { members }: Group<Subscription>,
): Promise<Subscription | undefined> {
  const start = Math.floor(Math.random() * members.length);
  for (const index of members.keys()) {
    const member = members[(start + index) % members.length] as Subscription;
    if (await mayReceive(switchboard, member)) return member;
  }
  return undefined;
}

/** CoCalc's router asks when somebody subscribes, and never again. */
function mayReceive(
  { knows, role }: Switchboard,
  { access, client: { identity, socket } }: Subscription,
): Promise<boolean> | boolean {
  if (!socket.connected || !knows(identity)) return false;
  if (access === "yes") return true;
  return isAllowed(identity, access, role);
}
