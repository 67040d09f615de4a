/** What the owner of a router gives it, and gets. */

import type {
  IncomingHttpHeaders,
  IncomingMessage,
  Server as HttpServer,
} from "node:http";
import type { Logger, Role } from "../../host.js";
import type { RouterCounts } from "./counts.js";
import type { Identity } from "./identity.js";
import type { RouterLimits } from "./limits.js";

export interface RouterOptions {
  /** The router answers websockets at `/conat/`; all else stays its owner's. */
  server: HttpServer;
  /**
   * Throws an Error whose sentence the client is shown: refused. A `code` of
   * that error goes along.
   */
  authenticate: Authenticate;
  /** Asked at each message: is this one no stranger by now? */
  knows(identity: Identity): boolean;
  /** Asked for each message that a project's rules govern; never cached. */
  role(project_id: string, account_id: string): Promise<Role | undefined>;
  /** Looks at Origin and Host of a handshake; false: HTTP 403. */
  admits(request: IncomingMessage): boolean;
  logger: Logger;
  limits?: Partial<RouterLimits>;
}

export type Authenticate = (handshake: {
  /** Whatever the client sent: check it. */
  auth: Record<string, unknown>;
  headers: IncomingHttpHeaders;
  address: string;
}) => Promise<Identity> | Identity;

export interface Router {
  /** Disconnects everyone; the HTTP server goes on. */
  close(): Promise<void>;
  counts(): RouterCounts;
}
