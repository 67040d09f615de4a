/** Two healthy clients: a service of the host, and somebody who calls it. */

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { io, type Socket } from "socket.io-client";
import { answerParent } from "./router-parent.js";

type Data = [string, number, number, number, Uint8Array, Headers?];
type Headers = { "CN-Reply": string };

export async function runPair(url: string): Promise<void> {
  const account_id = randomUUID();
  const host = await connect(url, { hub_id: "bench" });
  const caller = await connect(url, { account_id });
  await serve(host);
  const call = await createCall(caller, account_id);
  answerParent(async ({ windowMs }) => {
    const latencies = [];
    const end = performance.now() + Number(windowMs);
    while (performance.now() < end) {
      const begun = performance.now();
      await call();
      latencies.push(performance.now() - begun);
      await sleep(1);
    }
    return { latencies };
  });
}

export async function connect(url: string, auth: object): Promise<Socket> {
  const socket = io(url.replace("ws:", "http:"), {
    path: "/conat",
    transports: ["websocket"],
    reconnection: false,
    forceNew: true,
    auth,
  });
  await new Promise<void>((resolve) => {
    socket.on("info", (_info: unknown, answer: () => void) => {
      answer();
      resolve();
    });
  });
  return socket;
}

async function serve(host: Socket): Promise<void> {
  const pattern = "services.*.*.*.*.bench";
  host.on(pattern, ({ data }: { data: Data }) => {
    const [, , , , raw, headers] = data;
    if (headers) {
      host.emit("publish", [headers["CN-Reply"], "R", 0, 1, 0, raw]);
    }
  });
  await host.emitWithAck("subscribe", { subject: pattern, queue: "0" });
}

async function createCall(
  caller: Socket,
  account_id: string,
): Promise<() => Promise<void>> {
  const inbox = `_INBOX.account-${account_id}.bench`;
  const subject = `services.account-${account_id}._.${randomUUID()}._.bench`;
  const raw = Buffer.alloc(200);
  let count = 0;
  const calls = new Map<string, () => void>();
  caller.on(`${inbox}.*`, (reply: { subject: string }) => {
    calls.get(reply.subject)?.();
    calls.delete(reply.subject);
  });
  await caller.emitWithAck("subscribe", { subject: `${inbox}.*`, queue: "q" });
  return () =>
    new Promise((resolve) => {
      const headers: Headers = { "CN-Reply": `${inbox}.${count++}` };
      calls.set(headers["CN-Reply"], resolve);
      caller.emit("publish", [subject, "C", 0, 1, 0, raw, headers]);
    });
}
