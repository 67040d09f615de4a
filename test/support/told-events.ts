/** Listening to job events. */

import type { JobEvent } from "../../conat-api/index.js";
import { type Logger, silentLogger } from "../../lib/host.js";
import { publishEvents } from "../../lib/service/events.js";
import type { Store } from "../../lib/store/index.js";
import type { ConatBus } from "./conat-bus.js";

export type Event = { subject: string; event: JobEvent };
export type Publish = (subject: string, message: unknown) => Promise<unknown>;

/** Publishes events of a store into a list. */
export function publishing(
  store: Store,
  {
    publish = () => Promise.resolve(),
    logger = silentLogger,
  }: { publish?: Publish; logger?: Logger } = {},
) {
  const told: Event[] = [];
  const conat = {
    service: () => Promise.reject(new Error("nothing is served here")),
    publish(subject: string, message: unknown) {
      told.push({ subject, event: JSON.parse(JSON.stringify(message)) });
      return publish(subject, message);
    },
  };
  return { told, ...publishEvents({ conat, logger }, store) };
}

/** All that comes on a subject or pattern, until `close`. */
export async function listen(
  bus: ConatBus,
  pattern: string,
): Promise<{ told: Event[]; close(): void }> {
  const told: Event[] = [];
  const subscription = await bus.subscribe(pattern);
  void (async () => {
    for await (const { subject, data } of subscription) {
      told.push({ subject, event: data as JobEvent });
    }
  })();
  return { told, close: () => subscription.close() };
}
