/** The page's client as a panel has it: calls that fail make the page ask. */

import type { WireClient } from "../../conat-api/wire/index.js";
import type { PanelClient } from "../index.js";

type Methods = Record<string, (...args: unknown[]) => Promise<unknown>>;

/** A router says with a refused call only that an account is gone. */
export function doubting(client: WireClient, doubt: () => void): PanelClient {
  return {
    call: (subject, options) =>
      tellingFailures(client.call(subject, options) as Methods, doubt),
    subscribe: (subject) => client.subscribe(subject),
    on: (event, listener) => client.on(event, listener),
    off: (event, listener) => client.off(event, listener),
  };
}

function tellingFailures(methods: Methods, tell: () => void): Methods {
  return new Proxy(methods, {
    get(_methods, name: string) {
      const method = methods[name];
      // No method is called `then`: this is not to be taken for a promise.
      if (!method) return undefined;
      return async (...args: unknown[]) => {
        try {
          return await method(...args);
        } catch (error) {
          tell();
          throw error;
        }
      };
    },
  });
}
