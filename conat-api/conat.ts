/**
 * What we use of a Conat client, structurally: any object of this shape will
 * do (`@cocalc/conat/core/client` has it; it is not on npm). `wire/` has a
 * small client of our own for where CoCalc's is not.
 */

export interface ConatMessage {
  /** The subject that the caller published on: proof of who calls. */
  subject: string;
}

export interface ConatDelivery extends ConatMessage {
  /** The decoded payload: anything, from anyone who may publish there. */
  data: unknown;
}

export interface ConatSubscription {
  close(): void;
}

/** Calls `impl[name].apply(message, args)` for each request on the subject. */
export interface ConatServiceClient {
  service(
    subject: string,
    impl: object,
    options?: { queue?: string },
  ): Promise<ConatSubscription>;
}

/** Sends to whoever subscribed; nobody may have. */
export interface ConatPublisher {
  publish(
    subject: string,
    message: unknown,
    options?: { timeout?: number },
  ): Promise<unknown>;
}

/** A subscription never ends by itself: it outlives a lost connection. */
export interface ConatSubscriber {
  subscribe(
    subject: string,
  ): Promise<ConatSubscription & AsyncIterable<ConatDelivery>>;
}

/** State changes; what happened in between is lost. */
export interface ConatStateEvents {
  on(event: "connected" | "disconnected", listener: () => void): unknown;
  off(event: "connected" | "disconnected", listener: () => void): unknown;
}

export type ConatCall = Record<
  string,
  (...args: unknown[]) => Promise<unknown>
>;

export interface ConatCallClient {
  call(
    subject: string,
    options?: { timeout?: number; waitForInterest?: boolean },
  ): unknown;
}
