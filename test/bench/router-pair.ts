/** Two healthy clients: a service of the host, and its owner, who calls it. */

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { encode } from "@msgpack/msgpack";
import { io, type Socket } from "socket.io-client";
import { connect as connectHost } from "../../conat-api/wire/index.js";
import { answerParent } from "./router-parent.js";

type Headers = { "CN-Reply": string };

/** A person calls less often than this; a connection may 1000 times in 10 s. */
const betweenCallsMs = 12;

/** As the engine does it: one hub, one socket, all of its services. */
export async function runHost(url: string): Promise<void> {
  const address = url.replace("ws:", "http:");
  const host = connectHost({ address, auth: { hub_id: "bench" } });
  let lost = 0;
  host.on("disconnected", () => lost++);
  const status = { state: "ok", jobs: "backup ".repeat(50) };
  await host.service("services.*.*.*.*.bench", { status: () => status });
  answerParent(() => Promise.resolve({ lost }));
}

export async function runPair(url: string): Promise<void> {
  const account_id = randomUUID();
  const caller = await connect(url, { account_id });
  const call = await createCall(caller, account_id);
  answerParent(async ({ windowMs }) => {
    const latencies = [];
    const end = performance.now() + Number(windowMs);
    while (performance.now() < end) {
      const begun = performance.now();
      await call();
      latencies.push(performance.now() - begun);
      await sleep(betweenCallsMs);
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

async function createCall(
  caller: Socket,
  account_id: string,
): Promise<() => Promise<void>> {
  const inbox = `_INBOX.account-${account_id}.bench`;
  const subject = `services.account-${account_id}._.${randomUUID()}._.bench`;
  const raw = encode(["status", [{ note: "x".repeat(180) }]]);
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
