/** Clients beside the healthy ones. */

import { randomUUID } from "node:crypto";
import { setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { encode } from "@msgpack/msgpack";
import { openRaw, type RawClient } from "../support/router-client.js";
import { connect } from "./router-pair.js";
import { answerParent } from "./router-parent.js";

/** Runs until the signal; resolves to what it did, when all of it is over. */
type Load = (url: string, signal: AbortSignal) => Promise<object>;

const loads: Record<string, Load> = { flood, mute, drop, crowd };

export async function runLoads(url: string): Promise<void> {
  setPriority(10);
  let running: { abort: AbortController; done: Promise<object> } | undefined;
  answerParent(async ({ start }) => {
    if (typeof start === "string") {
      const abort = new AbortController();
      running = { abort, done: (loads[start] as Load)(url, abort.signal) };
      await sleep(500);
      return {};
    }
    running?.abort.abort();
    return (await running?.done) ?? {};
  });
}

/** As many small messages as the router takes, all day. */
async function flood(url: string, signal: AbortSignal): Promise<object> {
  const account_id = randomUUID();
  const socket = await connect(url, { account_id });
  const subject = `account.${account_id}.x`;
  const counts = { sent: 0, answered: 0, refused: 0 };
  // It subscribed too, so that each costs a delivery.
  socket.on(subject, () => {});
  await socket.emitWithAck("subscribe", { subject, queue: "q" });
  const raw = Buffer.alloc(64);
  while (!signal.aborted) {
    for (let count = 0; count < 50; count++) {
      const chunk = [subject, "F", 0, 1, 0, raw];
      socket.emit("publish", chunk, ({ code }: { code?: number }) => {
        counts.answered++;
        if (code === 429) counts.refused++;
      });
      counts.sent++;
    }
    // Always more under way than the router answers, but not without end.
    do await sleep(0);
    while (counts.sent - counts.answered > 5000 && !signal.aborted);
  }
  socket.disconnect();
  return counts;
}

/** Subscribes, stops to read, and is sent up to 50 MB a second. */
async function mute(url: string, signal: AbortSignal): Promise<object> {
  const account_id = randomUUID();
  const subject = `account.${account_id}.y`;
  const publisher = await connect(url, { account_id });
  const raw = encode(Buffer.alloc(250_000));
  const counts = { sent: 0, mutes: 0 };
  let deaf: RawClient | undefined;
  while (!signal.aborted) {
    const { count } = (await publisher.emitWithAck("publish", [
      subject,
      "M",
      0,
      1,
      0,
      raw,
    ])) as { count: number };
    counts.sent++;
    if (count === 0) {
      deaf?.websocket.terminate();
      deaf = await openRaw(url);
      deaf.send({ type: "connect", data: { account_id } });
      await deaf.event("info");
      await deaf.ask("subscribe", { subject, queue: "q" });
      deaf.websocket.pause();
      counts.mutes++;
    }
    await sleep(5);
  }
  deaf?.websocket.terminate();
  publisher.disconnect();
  return counts;
}

/** Comes, starts a message, and is gone in the middle of it. */
async function drop(url: string, signal: AbortSignal): Promise<object> {
  const account_id = randomUUID();
  const subject = `account.${account_id}.z`;
  let drops = 0;
  while (!signal.aborted) {
    const client = await openRaw(url);
    client.send({ type: "connect", data: { account_id } });
    client.sendFrames(
      `451-["publish",["${subject}","D",0,1,0,{"_placeholder":true,"num":0}]]`,
    );
    // A fragment that is not the last one.
    const sent = new Promise((resolve) => {
      client.websocket.send(Buffer.alloc(100_000), { fin: false }, resolve);
    });
    await sent;
    client.websocket.terminate();
    drops++;
  }
  return { drops };
}

/** 200 people in one project, each with an inbox and all its events. */
async function crowd(url: string, signal: AbortSignal): Promise<object> {
  const events = `project.${randomUUID()}.bench-events.-`;
  const people = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const account_id = randomUUID();
      const socket = await connect(url, { account_id });
      await socket.emitWithAck("subscribe", [
        { subject: `_INBOX.account-${account_id}.bench.*`, queue: "q" },
        { subject: events, queue: account_id },
        { subject: `account.${account_id}.>`, queue: "q" },
      ]);
      return { socket, subject: `account.${account_id}.x` };
    }),
  );
  const raw = Buffer.alloc(200);
  let sent = 0;
  for (let next = 0; !signal.aborted; next++) {
    // Each says something to themselves, and one to all, once a second.
    const { socket, subject } = people[next % 200] as (typeof people)[0];
    socket.emit("publish", [subject, "W", 0, 1, 0, raw]);
    if (next % 200 === 0) socket.emit("publish", [events, "E", 0, 1, 0, raw]);
    sent++;
    await sleep(5);
  }
  for (const { socket } of people) socket.disconnect();
  return { people: people.length, sent };
}
