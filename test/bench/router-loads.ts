/** Clients beside the healthy ones. */

import { randomUUID } from "node:crypto";
import { setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { encode } from "@msgpack/msgpack";
import type { Socket } from "socket.io-client";
import { openRaw } from "../support/router-client.js";
import { connect } from "./router-pair.js";
import { answerParent } from "./router-parent.js";

/** Runs until the signal; resolves to what it did, when all of it is over. */
type Load = (url: string, signal: AbortSignal) => Promise<object>;

const loads: Record<string, Load> = { flood, mute, drop, crowd, dead };

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
  const counts = { sent: 0, mutes: 0 };
  // Each as somebody else: one is soon over the limit of what they may send.
  while (!signal.aborted) await muteOnce(url, signal, counts);
  return counts;
}

async function muteOnce(
  url: string,
  signal: AbortSignal,
  counts: { sent: number; mutes: number },
): Promise<void> {
  const account_id = randomUUID();
  const subject = `account.${account_id}.y`;
  const publisher = await connect(url, { account_id });
  const deaf = await openRaw(url);
  deaf.send({ type: "connect", data: { account_id } });
  await deaf.event("info");
  await deaf.ask("subscribe", { subject, queue: "q" });
  deaf.websocket.pause();
  counts.mutes++;
  const chunk = [subject, "M", 0, 1, 0, encode(Buffer.alloc(250_000))];
  let count: number | undefined = 1;
  while (count === 1 && !signal.aborted) {
    ({ count } = (await publisher.emitWithAck("publish", chunk)) as {
      count?: number;
    });
    counts.sent++;
    await sleep(5);
  }
  deaf.websocket.terminate();
  publisher.disconnect();
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

/**
 * A viewer calls a service as fast as three connections go, and takes no
 * answer; when refused for it, goes on as another one.
 */
async function dead(url: string, signal: AbortSignal): Promise<object> {
  const counts = { sent: 0, answered: 0, viewers: 0 };
  while (!signal.aborted) {
    const account_id = randomUUID();
    counts.viewers++;
    const three = [1, 2, 3].map(() => connect(url, { account_id }));
    const sockets = await Promise.all(three);
    await Promise.all(
      sockets.map((socket) => callDead(socket, account_id, signal, counts)),
    );
    for (const socket of sockets) socket.disconnect();
  }
  return counts;
}

async function callDead(
  socket: Socket,
  account_id: string,
  signal: AbortSignal,
  counts: { sent: number; answered: number },
): Promise<void> {
  const subject = `services.account-${account_id}._.x._.bench`;
  const headers = { "CN-Reply": `_INBOX.account-${account_id}.gone.x` };
  const chunk = [subject, "D", 0, 1, 0, encode(["status", []]), headers];
  const refused = new AbortController();
  const ends = AbortSignal.any([signal, refused.signal]);
  let underWay = 0;
  while (!ends.aborted) {
    for (; underWay < 200; underWay++) {
      counts.sent++;
      socket.emit("publish", chunk, ({ code }: { code?: number }) => {
        if (code === 429) refused.abort();
        counts.answered++;
        underWay--;
      });
    }
    await sleep(0);
  }
}
