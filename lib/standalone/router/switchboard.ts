/** What all connections of a router share. */

import type { Socket } from "socket.io";
import type { Shares } from "./admission.js";
import type { Tally } from "./counts.js";
import type { Identity } from "./identity.js";
import type { Interest } from "./interest.js";
import type { RouterLimits } from "./limits.js";
import type { RouterOptions } from "./options.js";
import type { Access } from "./permission.js";
import type { Tokens } from "./subject.js";
import type { Unread } from "./unread.js";
import type { Wait, Waiting } from "./waiting.js";

export interface Switchboard extends Pick<
  RouterOptions,
  "knows" | "role" | "logger"
> {
  limits: RouterLimits;
  interest: Interest<Subscription>;
  waiting: Waiting;
  /** Of each identity. */
  shares: Shares;
  /** Of each hub that is connected. */
  receivers: Set<Unread>;
  tally: Tally;
}

/** Somebody who signed in. */
export interface Client {
  socket: Socket;
  identity: Identity;
  /** By pattern, in the order they were made. */
  subscriptions: Map<string, Subscription>;
  waits: Set<Wait>;
  /** Of a hub: publishers wait for it. */
  unread: Unread | undefined;
  /** Ends its wait for a hub, while there is one. */
  held: (() => void) | undefined;
}

export interface Subscription {
  client: Client;
  pattern: Tokens;
  queue: string;
  /** Why it was allowed; a role is asked for again at each delivery. */
  access: Access;
}
