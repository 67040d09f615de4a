/** What all connections of a router share. */

import type { Socket } from "socket.io";
import type { Tally } from "./counts.js";
import type { Identity } from "./identity.js";
import type { Interest } from "./interest.js";
import type { RouterLimits } from "./limits.js";
import type { RouterOptions } from "./options.js";
import type { Access } from "./permission.js";
import type { Tokens } from "./subject.js";
import type { Wait, Waiting } from "./waiting.js";
import type { Windows } from "./window.js";

export interface Switchboard extends Pick<
  RouterOptions,
  "knows" | "role" | "logger"
> {
  limits: RouterLimits;
  interest: Interest<Subscription>;
  waiting: Waiting;
  /** Events of each identity. */
  events: Windows;
  tally: Tally;
}

/** Somebody who signed in. */
export interface Client {
  socket: Socket;
  identity: Identity;
  /** By pattern, in the order they were made. */
  subscriptions: Map<string, Subscription>;
  waits: Set<Wait>;
}

export interface Subscription {
  client: Client;
  pattern: Tokens;
  queue: string;
  /** Why it was allowed; a role is asked for again at each delivery. */
  access: Access;
}
