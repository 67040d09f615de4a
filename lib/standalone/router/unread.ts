/**
 * What a hub was sent and has not read: all services of a host are behind one
 * socket, so whoever fills it makes everybody else wait. Who has too much
 * there is held, until the hub has read some of it.
 *
 * Conat's deliveries are not acknowledged. A ping of the websocket follows
 * them, which every client answers by itself: what was before it is read.
 */

import type { Socket } from "socket.io";
import { identityKey, isHub } from "./identity.js";
import type { RouterLimits } from "./limits.js";
import { Line } from "./line.js";
import type { Client } from "./switchboard.js";
import { websocketOf } from "./websocket.js";

export interface UnreadOptions {
  limits: RouterLimits;
  /** It has read nothing for a long time. */
  onSilent(bytes: number): void;
}

export interface Sent {
  key: string;
  bytes: number;
}

export class Unread {
  readonly #socket: Socket;
  readonly #options: UnreadOptions;
  readonly #line = new Line<Sent>();
  /** By sender, what was let through and not read. */
  readonly #senders = new Map<string, { messages: number; bytes: number }>();
  #bytes = 0;
  /** Before the ping that is under way, and since. */
  #pinged: Sent[] = [];
  #delivered: Sent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(socket: Socket, options: UnreadOptions) {
    this.#socket = socket;
    this.#options = options;
    websocketOf(socket).on("pong", () => this.#read());
    socket.conn.on("drain", () => this.#ping());
  }

  /** Publishers that wait. */
  get held(): number {
    return this.#line.size;
  }

  /**
   * Waits until there is room. The caller delivers, and says so. undefined:
   * this receiver or the sender is gone.
   */
  async admit(sender: Client, bytes: number): Promise<Sent | undefined> {
    if (this.#isClosed) return undefined;
    const sent = { key: identityKey(sender.identity), bytes };
    if (isHub(sender.identity) || !this.#isFull(sent)) {
      this.#count(sent);
      return sent;
    }
    const place = this.#line.join(sent.key, sent);
    sender.held = place.leave;
    const isAdmitted = await place.admitted;
    sender.held = undefined;
    return isAdmitted ? sent : undefined;
  }

  delivered(sent: Sent): void {
    this.#delivered.push(sent);
    this.#ping();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#line.close();
  }

  #isFull({ key }: Sent): boolean {
    const { senderMessages, senderBytes, hubUnreadBytes } =
      this.#options.limits;
    const { messages = 0, bytes = 0 } = this.#senders.get(key) ?? {};
    return (
      messages >= senderMessages ||
      bytes >= senderBytes ||
      this.#bytes >= hubUnreadBytes
    );
  }

  #count({ key, bytes }: Sent, sign: 1 | -1 = 1): void {
    const sender = this.#senders.get(key) ?? { messages: 0, bytes: 0 };
    sender.messages += sign;
    sender.bytes += sign * bytes;
    this.#bytes += sign * bytes;
    if (sender.messages > 0) this.#senders.set(key, sender);
    else this.#senders.delete(key);
  }

  /** Not before all of the deliveries left engine.io's own buffer. */
  #ping(): void {
    const { conn } = this.#socket as unknown as { conn: Buffered };
    if (this.#isClosed || this.#pinged.length > 0) return;
    if (this.#delivered.length === 0 || conn.writeBuffer.length > 0) return;
    this.#pinged = this.#delivered;
    this.#delivered = [];
    websocketOf(this.#socket).ping();
    this.#watch();
  }

  #read(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    for (const sent of this.#pinged) this.#count(sent, -1);
    this.#pinged = [];
    this.#ping();
    this.#line.advance(
      (sent) => !this.#isFull(sent),
      (sent) => this.#count(sent),
    );
  }

  /** Something large may take longer than that: it counts what is taken. */
  #watch(): void {
    const taken = () => {
      const { bytesWritten, writableLength } = this.#socket.request.socket;
      return bytesWritten - writableLength;
    };
    const before = taken();
    this.#timer = setTimeout(() => {
      if (taken() > before) this.#watch();
      else this.#options.onSilent(this.#bytes);
    }, this.#options.limits.hubSilentMs);
  }
}

/** Not in engine.io's types. */
interface Buffered {
  writeBuffer: unknown[];
}
