/**
 * Sockets that have not signed in. Anyone can open them, so they get little:
 * a few bytes of text, some seconds, and their number is bounded.
 */

import type { Duplex } from "node:stream";
import type { Socket } from "socket.io";
import type { RouterLimits } from "./limits.js";

/** To read why it was refused, and to close. */
const farewellMs = 1000;

type Limits = Pick<
  RouterLimits,
  "strangers" | "strangerBytes" | "connectMs" | "signInMs"
>;

export class Strangers {
  /** How each stops to be one; the oldest first. */
  readonly #known = new Map<Duplex, () => void>();
  readonly #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#known.size;
  }

  /** Once a reader of the socket is in place. */
  meet(socket: Duplex): void {
    const { strangers, strangerBytes, connectMs, signInMs } = this.#limits;
    // The oldest, and not this one: else some idle sockets keep all others out.
    const [oldest] = this.#known.keys();
    if (oldest && this.#known.size >= strangers) {
      this.welcome(oldest);
      oldest.destroy();
    }
    let bytes = 0;
    const count = (chunk: Buffer) => {
      bytes += chunk.length;
      // Before it is put together to a message of megabytes.
      if (bytes > strangerBytes) socket.destroy();
    };
    const timer = setTimeout(
      () => socket.destroy(),
      connectMs + signInMs + farewellMs,
    );
    const forget = () => {
      clearTimeout(timer);
      socket.off("data", count).off("close", forget);
      this.#known.delete(socket);
    };
    socket.on("data", count).once("close", forget);
    this.#known.set(socket, forget);
  }

  /** Only messages have bytes, and a stranger has none to send. */
  guard(conn: Socket["conn"]): void {
    const { socket } = conn.request;
    const refuseBytes = ({ data }: { data?: unknown }) => {
      if (!this.#known.has(socket)) conn.off("packet", refuseBytes);
      else if (ArrayBuffer.isView(data)) socket.destroy();
    };
    conn.on("packet", refuseBytes);
  }

  /** It is none any more. */
  welcome(socket: Duplex): void {
    this.#known.get(socket)?.();
  }
}
