/**
 * A client of the Conat wire protocol, for Node and for browsers. The
 * protocol was recorded from outside (test/conat-api/wire/).
 */

import type { WireClient, WireEvents, WireSubscription } from "./client.js";
import { Connection } from "./connection.js";
import { Deliveries } from "./deliveries.js";
import { Emitter } from "./emitter.js";
import { ConatError } from "./errors.js";
import type { ServerInfo, WireClientOptions } from "./options.js";
import {
  defaultTimeoutMs,
  messageOf,
  publish,
  publishAndForget,
  waitForInterest,
} from "./publish.js";
import { Requests } from "./requests.js";
import { answerWith } from "./services.js";
import { Subscriptions } from "./subscriptions.js";

/** Starts to connect, and goes on until it is closed. */
export function connect(options: WireClientOptions): WireClient {
  const { requestTimeoutMs = defaultTimeoutMs } = options;
  const parts = new Parts(options, requestTimeoutMs);
  const { connection, events, requests, subscriptions } = parts;
  return {
    get state() {
      return connection.state;
    },
    get info() {
      return connection.info;
    },
    signedIn: ({ timeoutMs = defaultTimeoutMs } = {}) =>
      connection.signedIn(timeoutMs),
    service: (subject, impl, { queue = "0" } = {}) =>
      subscriptions.add(subject, answerWith(impl, connection), queue),
    subscribe: (subject) => parts.subscribe(subject),
    publish: async (subject, message, given = {}) => {
      const { timeout = requestTimeoutMs } = given;
      return publish(connection, subject, messageOf(message, given), timeout);
    },
    publishSync: (subject, message, given) =>
      publishAndForget(connection, subject, messageOf(message, given)),
    request: (...args) => requests.request(...args),
    call: (...args) => requests.call(...args),
    waitForInterest: (subject, { timeout = requestTimeoutMs } = {}) =>
      waitForInterest(connection, subject, timeout),
    on: (event, listener) => events.on(event, listener),
    off: (event, listener) => events.off(event, listener),
    close: () => parts.close(),
  };
}

const beatMs = 45_000;

/** What a client is made of; what one part does is told to the others. */
class Parts {
  readonly events = new Emitter<WireEvents>();
  readonly connection: Connection;
  readonly subscriptions: Subscriptions;
  readonly requests: Requests;
  readonly #readers = new Set<Deliveries>();
  #beat: ReturnType<typeof setInterval> | undefined;

  constructor(options: WireClientOptions, requestTimeoutMs: number) {
    const { events } = this;
    this.connection = new Connection(options, {
      received: () => this.subscriptions.counts,
      event: (name, payload) => this.subscriptions.deliver(name, payload),
      signedIn: (info) => void this.#signedIn(info),
      lost: () => this.#lost(),
      closed: (error) => this.#closed(error),
    });
    this.subscriptions = new Subscriptions(this.connection, (subject, error) =>
      events.emit("refused", subject, error),
    );
    this.requests = new Requests(
      this.connection,
      this.subscriptions,
      requestTimeoutMs,
    );
  }

  async subscribe(subject: string): Promise<WireSubscription> {
    const deliveries = new Deliveries();
    const { close } = await this.subscriptions.add(subject, (received) =>
      deliveries.push(received),
    );
    this.#readers.add(deliveries);
    return {
      close: () => {
        close();
        this.#readers.delete(deliveries);
        deliveries.end();
      },
      [Symbol.asyncIterator]: () => deliveries.read(),
    };
  }

  close(): void {
    const error = new ConatError("The client is closed.", { code: 503 });
    this.subscriptions.close(error);
    this.connection.close(error);
  }

  async #signedIn(info: ServerInfo): Promise<void> {
    clearInterval(this.#beat);
    this.#beat = setInterval(() => this.#tellTraffic(), beatMs);
    const resumed = this.subscriptions.resume();
    this.requests.signedIn(info);
    const stands = await resumed.then(
      () => true,
      // Lost once more: the next sign-in does this again.
      () => false,
    );
    if (stands) this.events.emit("connected");
  }

  #tellTraffic(): void {
    const recv0 = { ...this.subscriptions.counts };
    this.connection.tell("stats", { recv0 });
    void this.subscriptions.retry();
  }

  #lost(): void {
    clearInterval(this.#beat);
    this.subscriptions.lost();
    this.events.emit("disconnected");
  }

  #closed(error: ConatError): void {
    clearInterval(this.#beat);
    this.subscriptions.close(error);
    this.requests.close(error);
    for (const reader of this.#readers) reader.end();
    this.#readers.clear();
    this.events.emit("closed", error);
    this.events.clear();
  }
}
