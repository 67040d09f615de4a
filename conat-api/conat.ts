/**
 * What we use of a Conat client, structurally: any object of this shape will
 * do (`@cocalc/conat/core/client` has it; it is not on npm).
 */

export interface ConatMessage {
  /** The subject that the caller published on: proof of who calls. */
  subject: string;
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
