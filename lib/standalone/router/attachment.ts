/** An event whose attachment never comes would be kept as long as its socket. */

import type { Socket } from "socket.io";

/** Texts of a socket.io packet that announce bytes: an event, an answer. */
const announces = /^[56]/;

/** Returns how to stop. */
export function limitAttachments(
  conn: Socket["conn"],
  ms: number,
  onLate: () => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  conn.on("packet", ({ type, data }: { type: string; data?: unknown }) => {
    if (type !== "message") return;
    clearTimeout(timer);
    if (typeof data === "string" && announces.test(data)) {
      timer = setTimeout(onLate, ms);
    }
  });
  return () => clearTimeout(timer);
}
