/** Requests, and the inbox that their answers come to. */

import type { ConatCall, ConatSubscription } from "../conat.js";
import { BackupError } from "../errors.js";
import { chunkBytes, type Message } from "./chunks.js";
import type { Connection } from "./connection.js";
import type { Delivery } from "./deliveries.js";
import { ConatError, errorOfHeaders } from "./errors.js";
import { randomId } from "./ids.js";
import type { ServerInfo } from "./options.js";
import { countdown, Pending } from "./pending.js";
import {
  messageOf,
  publish,
  type PublishOptions,
  waitForInterest,
} from "./publish.js";
import type { Received, Subscriptions } from "./subscriptions.js";

export interface RequestOptions extends PublishOptions {
  /** Milliseconds, for all of it. */
  timeout?: number;
  /** Nobody serves the subject yet: wait for who will. */
  waitForInterest?: boolean;
}

interface Inbox {
  prefix: string;
  open: Promise<ConatSubscription>;
}

/**
 * A request goes in one piece: the router would send each chunk to any
 * member of a queue group, and all of them would drop theirs.
 */
const mostBytes = 7_000_000;

export class Requests {
  readonly #connection: Connection;
  readonly #subscriptions: Subscriptions;
  readonly #timeoutMs: number;
  readonly #replies = new Pending<Received>();
  readonly #id = randomId();
  #inbox: Inbox | undefined;

  constructor(
    connection: Connection,
    subscriptions: Subscriptions,
    timeoutMs: number,
  ) {
    this.#connection = connection;
    this.#subscriptions = subscriptions;
    this.#timeoutMs = timeoutMs;
  }

  /** The inbox outlives the connection, but not another name of ours. */
  signedIn({ user }: ServerInfo): void {
    const prefix = inboxPrefix(user);
    if (this.#inbox?.prefix === prefix) return;
    this.#inbox?.open.then(({ close }) => close()).catch(() => {});
    const pattern = `${prefix}.${this.#id}.*`;
    const open = this.#subscriptions.add(pattern, (received) => {
      this.#replies.settle(received.subject, received);
    });
    const inbox = { prefix, open };
    this.#inbox = inbox;
    // The requests say so; the next connection tries again.
    open.catch(() => {
      if (this.#inbox === inbox) this.#inbox = undefined;
    });
  }

  /**
   * @throws ConatError 403, 408, 503 or what the answer says;
   * BackupError INVALID_ARGUMENT when it is too large.
   */
  async request(
    subject: string,
    payload: unknown,
    options: RequestOptions = {},
  ): Promise<Delivery> {
    const { timeout = this.#timeoutMs } = options;
    const left = countdown(timeout);
    const message = messageOf(payload, options);
    refuseOver(mostBytes, message);
    const { max_payload } = await this.#connection.signedIn(left());
    refuseOver(chunkBytes(max_payload), message);
    const inbox = this.#openInbox();
    const to = `${inbox.prefix}.${this.#id}.${randomId()}`;
    message.headers = { ...message.headers, "CN-Reply": to };
    const reply = this.#replies.wait(to, left());
    try {
      const wait = options.waitForInterest ?? false;
      const sent = inbox.open.then(() =>
        this.#send(subject, message, left, wait),
      );
      await Promise.race([sent, reply]);
      return answerOf(await reply);
    } catch (error) {
      reply.catch(() => {});
      this.#replies.fail(to, error);
      throw error;
    }
  }

  /** A stand-in whose every method is a request to `subject`. */
  call(subject: string, options: RequestOptions = {}): ConatCall {
    const get = (_target: object, name: string | symbol) => {
      // A promise would be made of anything that has a `then`.
      if (typeof name === "symbol" || name === "then") return undefined;
      if (name === "subject") return subject;
      return async (...args: unknown[]) =>
        (await this.request(subject, [name, args], options)).data;
    };
    return new Proxy<ConatCall>({}, { get });
  }

  close(error: ConatError): void {
    this.#replies.failAll(error);
  }

  #openInbox(): Inbox {
    if (this.#inbox) return this.#inbox;
    throw new ConatError("The router refused us an inbox.", { code: 403 });
  }

  async #send(
    subject: string,
    message: Message,
    left: () => number,
    wait: boolean,
  ): Promise<void> {
    const connection = this.#connection;
    let { count } = await publish(connection, subject, message, left());
    if (count === 0 && wait) {
      await waitForInterest(connection, subject, Math.ceil(left()));
      ({ count } = await publish(connection, subject, message, left()));
    }
    if (count > 0) return;
    throw new ConatError(`request -- no subscribers matching '${subject}'`, {
      code: 503,
      subject,
    });
  }
}

function answerOf(reply: Received): Delivery {
  const { subject, headers } = reply;
  const error = errorOfHeaders(headers);
  if (error) throw error;
  return { subject, data: reply.decode(), ...(headers ? { headers } : {}) };
}

function refuseOver(limit: number, { raw }: Message): void {
  if (raw.length <= limit) return;
  throw new BackupError(
    "INVALID_ARGUMENT",
    `The request has ${raw.length} bytes; ${limit} is the most.`,
    { hint: "Ask for less at a time." },
  );
}

/** Where the router lets this user listen. */
function inboxPrefix(user: ServerInfo["user"]): string {
  const { account_id, project_id, host_id } = user ?? {};
  if (account_id) return `_INBOX.account-${String(account_id)}`;
  if (project_id) return `_INBOX.project-${String(project_id)}`;
  if (host_id) return `_INBOX.host-${String(host_id)}`;
  return "_INBOX";
}
