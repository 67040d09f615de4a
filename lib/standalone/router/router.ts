/**
 * A stand-in for CoCalc's own Conat router, for a machine without CoCalc. It
 * speaks the same wire protocol over socket.io, so that a real client or
 * service can stand at either end, but only the part that messages between
 * clients need: no clusters, no streams, no remote calls (`rpc…`).
 *
 * It says so in its log, and in the header `X-Conat-Router` of a handshake;
 * the frames are those of the real one.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { Server, type Socket } from "socket.io";
import { createShares } from "./admission.js";
import { serveConnection } from "./connection.js";
import { newTally } from "./counts.js";
import { type Gate, openGate } from "./gate.js";
import { Interest } from "./interest.js";
import { defaultLimits, maxPayload, type RouterLimits } from "./limits.js";
import type { Router, RouterOptions } from "./options.js";
import * as parser from "./parser.js";
import { createSignIns } from "./sign-in.js";
import { Strangers } from "./strangers.js";
import type { Switchboard } from "./switchboard.js";
import { Waiting } from "./waiting.js";
import { FairServer } from "./websocket.js";

/** For a client to answer the end of its websocket. */
const farewellMs = 500;

export function createRouter(options: RouterOptions): Router {
  const limits = { ...defaultLimits, ...options.limits };
  const switchboard = createSwitchboard(options, limits);
  const strangers = new Strangers(limits);
  const gate = openGate(options, limits.connectionsInAll, strangers);
  const signIns = createSignIns(options.authenticate, limits, strangers);
  const io = createServer(gate, limits);
  io.engine.on("connection", (conn: Socket["conn"]) => strangers.guard(conn));
  io.on("connection", (socket) =>
    serveConnection(switchboard, signIns, socket),
  );
  options.logger.info(
    "the Conat router is a stand-in for CoCalc's own, attached at /conat",
  );
  return {
    async close() {
      gate.shut();
      await io.close();
      for (let ms = 0; gate.size() > 0 && ms < farewellMs; ms += 10) {
        await sleep(10);
      }
      await gate.clear();
    },
    counts: () => ({
      sockets: gate.size(),
      connections: io.of("/").sockets.size,
      subscriptions: switchboard.interest.size,
      waiting: switchboard.waiting.size,
      held: [...switchboard.receivers].reduce(
        (sum, each) => sum + each.held,
        0,
      ),
      ...switchboard.tally,
    }),
  };
}

function createSwitchboard(
  { knows, role, logger }: RouterOptions,
  limits: RouterLimits,
): Switchboard {
  return {
    knows,
    role,
    logger,
    limits,
    interest: new Interest(),
    waiting: new Waiting(),
    shares: createShares(limits),
    receivers: new Set(),
    tally: newTally(),
  };
}

function createServer({ inner }: Gate, limits: RouterLimits): Server {
  const io = new Server(inner, {
    path: "/conat",
    transports: ["websocket"],
    allowUpgrades: false,
    serveClient: false,
    cookie: false,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: maxPayload,
    connectTimeout: limits.connectMs,
    wsEngine: FairServer,
    parser,
  });
  io.engine.on("headers", (headers: Record<string, string>) => {
    headers["X-Conat-Router"] = "project-backups stand-in";
  });
  return io;
}
