/**
 * What waits for a client that does not read: first in the kernel, then in
 * ws, then in engine.io. Who lets too much pile up is cut off.
 */

import type { Socket } from "socket.io";
import { websocketOf } from "./websocket.js";

/** `onFull` is called once. */
export function watchOutbox(
  socket: Socket,
  maxBytes: number,
  onFull: (bytes: number) => void,
): void {
  const websocket = websocketOf(socket);
  /** In engine.io's own buffer; what was flushed is counted by ws. */
  let buffered = 0;
  let isFull = false;

  socket.conn.on("drain", () => (buffered = 0));
  socket.conn.on("packetCreate", ({ data }: { data?: unknown }) => {
    buffered += byteLength(data);
    const bytes = buffered + websocket.bufferedAmount;
    if (bytes <= maxBytes || isFull) return;
    isFull = true;
    onFull(bytes);
  });
}

/** Of a frame; a text has at least so many bytes. */
export function byteLength(data: unknown): number {
  if (typeof data === "string") return data.length;
  return ArrayBuffer.isView(data) ? data.byteLength : 0;
}
