/**
 * The door for websockets: who may knock at all. Who comes through is handed
 * to socket.io on a server of its own that listens nowhere, so that closing
 * socket.io does not close the owner's server.
 */

import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type Server as HttpServer,
  STATUS_CODES,
} from "node:http";
import type { Duplex } from "node:stream";
import type { RouterOptions } from "./options.js";
import type { Strangers } from "./strangers.js";

export interface Gate {
  inner: HttpServer;
  /** Sockets that came through and are still open. */
  size(): number;
  /** No one comes in any more. */
  shut(): void;
  /** Ends the sockets that are left, without a farewell. */
  clear(): Promise<void>;
}

const path = "/conat/";

export function openGate(
  { server, admits }: Pick<RouterOptions, "server" | "admits">,
  maxSockets: number,
  strangers: Strangers,
): Gate {
  const inner = createServer();
  const sockets = new Set<Duplex>();

  const onUpgrade = (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ) => {
    const url = new URL(request.url ?? "", "http://localhost");
    if (url.pathname !== path) {
      // Others may wait for it; if there are none, it would hang.
      if (server.listenerCount("upgrade") === 1) refuse(socket, 404);
    } else if (!admits(request)) refuse(socket, 403);
    // A second transport of a session: there is only one kind.
    else if (url.searchParams.has("sid")) refuse(socket, 400);
    else if (sockets.size >= maxSockets) refuse(socket, 503);
    else {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      inner.emit("upgrade", request, socket, head);
      if (!socket.destroyed) strangers.meet(socket);
    }
  };
  const listener = guarded(onUpgrade);
  server.on("upgrade", listener);
  return {
    inner,
    size: () => sockets.size,
    shut: () => server.off("upgrade", listener),
    async clear() {
      const closed = [...sockets].map((socket) => once(socket, "close"));
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}

type OnUpgrade = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
) => void;

/** An URL that is none, an `admits` that throws: the client's loss. */
function guarded(onUpgrade: OnUpgrade): OnUpgrade {
  return (request, socket, head) => {
    try {
      onUpgrade(request, socket, head);
    } catch {
      refuse(socket, 400);
    }
  };
}

function refuse(socket: Duplex, status: number): void {
  // It may be gone already.
  socket.on("error", () => {});
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    () => socket.destroy(),
  );
}
