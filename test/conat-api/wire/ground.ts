/** A router, and clients of it that are closed after the test. */

import type { ConatCall } from "../../../conat-api/index.js";
import {
  connect,
  type WireClient,
  type WireClientOptions,
} from "../../../conat-api/wire/index.js";
import { startWireRouter, type WireRouter } from "../../support/wire-router.js";

export interface Ground {
  router: WireRouter;
  client(bearer: string, options?: Partial<WireClientOptions>): WireClient;
  close(): Promise<void>;
}

export async function startGround(
  options?: Parameters<typeof startWireRouter>[0],
): Promise<Ground> {
  const router = await startWireRouter(options);
  const clients: WireClient[] = [];
  return {
    router,
    client(bearer, given = {}) {
      const client = connect({
        address: router.address,
        auth: { bearer },
        reconnectDelayMs: 20,
        reconnectDelayMaxMs: 50,
        ...given,
      });
      clients.push(client);
      return client;
    },
    async close() {
      for (const client of clients) client.close();
      await router.close();
    },
  };
}

export const methodsOf = (
  client: WireClient,
  subject: string,
  options?: Parameters<WireClient["call"]>[1],
) => client.call(subject, options) as ConatCall;

/** What a promise failed with; it has to. */
export const failure = (promise: Promise<unknown> | undefined) =>
  Promise.resolve(promise).then(
    (value) => {
      throw new Error(`it did not fail: ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );

export const event = (client: WireClient, name: "connected" | "disconnected") =>
  new Promise<void>((resolve) => {
    const once = () => {
      client.off(name, once);
      resolve();
    };
    client.on(name, once);
  });
