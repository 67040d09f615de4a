/** The websocket below a socket.io connection. */

import type { Socket } from "socket.io";
import { type ServerOptions, type WebSocket, WebSocketServer } from "ws";

/**
 * One message of a socket a turn of the event loop, however many came in one
 * piece: a client that floods takes turns with all others.
 */
export class FairServer extends WebSocketServer {
  constructor(options: ServerOptions) {
    super({ ...options, allowSynchronousEvents: false });
  }
}

/** Engine.io keeps it to itself; the transport is always the websocket one. */
export function websocketOf(socket: Socket): WebSocket {
  const transport: unknown = socket.conn.transport;
  return (transport as { socket: WebSocket }).socket;
}
