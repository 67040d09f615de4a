/** What a wire client can do. */

import type {
  ConatCallClient,
  ConatPublisher,
  ConatServiceClient,
  ConatStateEvents,
  ConatSubscriber,
  ConatSubscription,
} from "../conat.js";
import type { ConnectionState } from "./connection.js";
import type { Delivery } from "./deliveries.js";
import type { ConatError } from "./errors.js";
import type { ServerInfo } from "./options.js";
import type { Published, PublishOptions } from "./publish.js";
import type { RequestOptions } from "./requests.js";

export type WireEvents = {
  /** Signed in, and all subscriptions stand (again). */
  connected: [];
  disconnected: [];
  /** For good; with an error other than of close() the router refused us. */
  closed: [error: ConatError];
  /** A subscription that stood was refused; it is tried again every 45 s. */
  refused: [subject: string, error: ConatError];
};

export interface WireSubscription
  extends ConatSubscription, AsyncIterable<Delivery> {}

export interface WireClient
  extends
    ConatServiceClient,
    ConatCallClient,
    ConatPublisher,
    ConatSubscriber,
    ConatStateEvents {
  readonly state: ConnectionState;
  /** Of the last sign-in. */
  readonly info: ServerInfo | undefined;
  /**
   * @throws ConatError 401 with the router's sentence. With an `auth` object
   * the client is closed then; with a function it asks that again, later.
   */
  signedIn(options?: { timeoutMs?: number }): Promise<ServerInfo>;
  subscribe(subject: string): Promise<WireSubscription>;
  publish(
    subject: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<Published>;
  publishSync(
    subject: string,
    message: unknown,
    options?: PublishOptions,
  ): void;
  request(
    subject: string,
    payload: unknown,
    options?: RequestOptions,
  ): Promise<Delivery>;
  call(subject: string, options?: RequestOptions): unknown;
  waitForInterest(
    subject: string,
    options?: { timeout?: number },
  ): Promise<boolean>;
  on<E extends keyof WireEvents>(
    event: E,
    listener: (...args: WireEvents[E]) => void,
  ): void;
  off<E extends keyof WireEvents>(
    event: E,
    listener: (...args: WireEvents[E]) => void,
  ): void;
  /** Ends all that waits with an error. Once is enough, twice no harm. */
  close(): void;
}
