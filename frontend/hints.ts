/**
 * "There is something to read": from events and from a new connection; and
 * that there is no connection. Anyone in the project can forge an event, so
 * nothing of it is passed on.
 */

import {
  type ConatSubscription,
  eventsSubject,
  JobEvent,
} from "../conat-api/index.js";
import type { PanelClient } from "./panel-client.js";

export interface HintsOptions {
  client: PanelClient;
  project_id: string;
  onHint: () => void;
  /** What happened before it was lost. */
  onConnected: () => void;
  /** It was, and did not come back at once. */
  onLost: () => void;
}

export interface Hints {
  /** Subscribes again if that was refused or has ended, not too often. */
  listen(): void;
  close(): void;
}

const againMs = 55_000;
const lostAfterMs = 2000;

export function followHints({
  client,
  project_id,
  onHint,
  onConnected,
  onLost,
}: HintsOptions): Hints {
  let closed = false;
  let listening = false;
  let triedAt = -Infinity;
  let subscription: ConatSubscription | undefined;
  let losing: ReturnType<typeof setTimeout> | undefined;

  async function follow(): Promise<void> {
    const opened = await client.subscribe?.(eventsSubject(project_id));
    if (closed || !opened) return opened?.close();
    subscription = opened;
    // What changed while it was not yet heard.
    onHint();
    for await (const { data } of opened) {
      if (closed) return;
      const event = JobEvent.safeParse(data);
      if (event.success && event.data.project_id === project_id) onHint();
    }
  }

  function listen(): void {
    if (closed || listening || !client.subscribe) return;
    if (Date.now() - triedAt < againMs) return;
    triedAt = Date.now();
    listening = true;
    const ended = () => {
      listening = false;
      subscription = undefined;
    };
    // Refused or broken: polling does without it.
    follow().then(ended, ended);
  }

  const connected = () => {
    clearTimeout(losing);
    triedAt = -Infinity;
    listen();
    onConnected();
  };
  const disconnected = () => {
    clearTimeout(losing);
    losing = setTimeout(onLost, lostAfterMs);
  };
  client.on?.("connected", connected);
  client.on?.("disconnected", disconnected);
  listen();
  return {
    listen,
    close() {
      closed = true;
      clearTimeout(losing);
      client.off?.("connected", connected);
      client.off?.("disconnected", disconnected);
      subscription?.close();
    },
  };
}
