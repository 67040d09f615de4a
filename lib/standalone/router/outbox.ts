/**
 * What waits for a client that does not read: first in the kernel, then in
 * ws, then in engine.io. Conat has no back-pressure towards a publisher, so
 * whoever lets too much pile up is cut off.
 */

import type { Socket } from "socket.io";
import { websocketOf } from "./websocket.js";

export interface OutboxOptions {
  maxBytes: number;
  /** Called once, after the socket was cut off. */
  onCutOff(bytes: number): void;
}

export function watchOutbox(
  socket: Socket,
  { maxBytes, onCutOff }: OutboxOptions,
): void {
  const websocket = websocketOf(socket);
  /** In engine.io's own buffer; what was flushed is counted by ws. */
  let buffered = 0;
  let isCutOff = false;

  socket.conn.on("drain", () => (buffered = 0));
  socket.conn.on("packetCreate", ({ data }: { data?: unknown }) => {
    buffered += sizeOf(data);
    const bytes = buffered + websocket.bufferedAmount;
    if (bytes <= maxBytes || isCutOff) return;
    isCutOff = true;
    // A closing handshake would wait for the reader, and keep it all.
    websocket.terminate();
    onCutOff(bytes);
  });
}

function sizeOf(data: unknown): number {
  if (typeof data === "string") return data.length;
  return ArrayBuffer.isView(data) ? data.byteLength : 0;
}
