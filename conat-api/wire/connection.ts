/** One socket: signed in, lost, and connected again until it is closed. */

import { io, type Socket } from "socket.io-client";
import { ConatError, plainSentence } from "./errors.js";
import {
  parseInfo,
  saysTheSame,
  type ServerInfo,
  socketTarget,
  type WireClientOptions,
} from "./options.js";
import { countdown, Pending } from "./pending.js";

export type ConnectionState =
  "connecting" | "connected" | "disconnected" | "closed";

export interface ConnectionListener {
  signedIn(info: ServerInfo): void;
  /** It was signed in. */
  lost(): void;
  closed(error: ConatError): void;
  /** All that has arrived so far; routers like to know. */
  received(): { messages: number; bytes: number };
  /** Any other event of the router: its name is a subscription's pattern. */
  event(name: string, payload: unknown): void;
}

/** A router that says nothing for this long after the socket stands. */
const signInTimeoutMs = 30_000;

export class Connection {
  state: ConnectionState = "connecting";
  info: ServerInfo | undefined;
  /** Why nothing goes any more. */
  closedBy: ConatError | undefined;
  readonly #options: WireClientOptions;
  readonly #listener: ConnectionListener;
  readonly #socket: Socket;
  readonly #answers = new Pending<unknown>();
  readonly #signIns = new Pending<ServerInfo>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;

  constructor(options: WireClientOptions, listener: ConnectionListener) {
    this.#options = options;
    this.#listener = listener;
    const { origin, settings } = socketTarget(options);
    this.#socket = io(origin, settings);
    this.#socket.on("connect", () => {
      this.#after(signInTimeoutMs, () => this.#socket.disconnect());
    });
    this.#socket.on("connect_error", () => this.#lost());
    this.#socket.on("disconnect", () => this.#lost());
    this.#socket.onAny((...event: unknown[]) => this.#receive(event));
    this.#socket.connect();
  }

  /** @throws ConatError 401 with the router's sentence, 408, or closed. */
  async signedIn(timeoutMs: number): Promise<ServerInfo> {
    if (this.closedBy) throw this.closedBy;
    if (this.state === "connected" && this.info) return this.info;
    return this.#signIns.wait({}, timeoutMs);
  }

  /**
   * Sends an event and waits for its answer; before the sign-in it waits for
   * that. @throws ConatError 408: it may or may not have arrived.
   */
  async ask(
    event: string,
    payload: unknown,
    timeoutMs: number,
  ): Promise<unknown> {
    const left = countdown(timeoutMs);
    while (this.state !== "connected") await this.signedIn(left());
    const key = {};
    const answer = this.#answers.wait(key, left());
    this.#socket.emit(event, payload, (value: unknown) => {
      this.#answers.settle(key, value);
    });
    return answer;
  }

  /** Sends an event that nobody waits for; nothing when not connected. */
  tell(event: string, payload: unknown): void {
    if (this.state === "connected") this.#socket.emit(event, payload);
  }

  close(error: ConatError): void {
    if (this.closedBy) return;
    this.closedBy = error;
    this.state = "closed";
    clearTimeout(this.#timer);
    this.#socket.off();
    this.#socket.offAny();
    this.#socket.disconnect();
    this.#answers.failAll(error);
    this.#signIns.failAll(error);
    this.#listener.closed(error);
  }

  #receive([name, payload, acknowledge]: unknown[]): void {
    if (name !== "info") {
      this.#listener.event(String(name), payload);
      return;
    }
    // The router repeats its info until this.
    if (typeof acknowledge === "function") acknowledge();
    const info = parseInfo(payload);
    if (!info || this.state === "connected") return;
    this.info = info;
    clearTimeout(this.#timer);
    this.#socket.emit("stats", { recv0: this.#listener.received() });
    if (info.user?.error) this.#refused(info.user);
    else this.#welcome(info);
  }

  #welcome(info: ServerInfo): void {
    this.#failures = 0;
    this.state = "connected";
    this.#signIns.settleAll(info);
    this.#listener.signedIn(info);
  }

  /** The same token once more would be refused once more. */
  #refused({ error, code }: Record<string, unknown>): void {
    const failure = new ConatError(plainSentence(error), {
      code: typeof code === "number" ? code : 401,
    });
    if (saysTheSame(this.#options)) {
      this.close(failure);
      return;
    }
    this.#signIns.failAll(failure);
    this.#socket.disconnect();
  }

  #lost(): void {
    // Nothing that waited to be sent may go out before the next sign-in.
    this.#socket.sendBuffer.length = 0;
    const wasSignedIn = this.state === "connected";
    this.state = "disconnected";
    this.#answers.failAll(
      new ConatError("The connection was lost before the router answered.", {
        code: 408,
      }),
    );
    this.#after(this.#delayMs(), () => this.#socket.connect());
    if (wasSignedIn) this.#listener.lost();
  }

  /** Doubles; never all clients of a router at one moment. */
  #delayMs(): number {
    const { reconnectDelayMs = 500, reconnectDelayMaxMs = 15_000 } =
      this.#options;
    const delay = reconnectDelayMs * 2 ** Math.min(this.#failures, 20);
    this.#failures += 1;
    return Math.min(delay, reconnectDelayMaxMs) * (0.5 + Math.random() / 2);
  }

  /** One thing at a time is waited for. */
  #after(delayMs: number, action: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(action, delayMs);
  }
}
