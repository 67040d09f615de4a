/** How to connect; what a router tells at sign-in. */

import type { ManagerOptions, SocketOptions } from "socket.io-client";

export interface WireClientOptions {
  /** `https://host`, perhaps with a base path; the socket is at `/conat`. */
  address: string;
  /** Told at each connection; a function is asked each time. */
  auth?: Record<string, unknown> | (() => Record<string, unknown>);
  /** `Cookie`, `Authorization`: in Node only, browsers send their own. */
  headers?: Record<string, string>;
  reconnectDelayMs?: number;
  reconnectDelayMaxMs?: number;
  requestTimeoutMs?: number;
}

export interface ServerInfo {
  /** Bytes of one event, all in all. */
  max_payload: number;
  id: string;
  /** Who the router takes us for; `error` when it refused us. */
  user?: Record<string, unknown> | null;
}

/** Where the socket is, and what socket.io is told. */
export function socketTarget(options: WireClientOptions): {
  origin: string;
  settings: Partial<ManagerOptions & SocketOptions>;
} {
  const { auth, headers } = options;
  const url = new URL(options.address);
  const base = url.pathname.replace(/\/+$/, "");
  return {
    origin: url.origin,
    settings: {
      path: `${base}/conat`,
      transports: ["websocket"],
      forceNew: true,
      autoConnect: false,
      // Ours (connection.ts): socket.io's stops when a server hangs up.
      reconnection: false,
      ...(auth ? { auth: askAuth(auth) } : {}),
      ...(headers ? { extraHeaders: headers } : {}),
    },
  };
}

function askAuth(auth: NonNullable<WireClientOptions["auth"]>) {
  if (typeof auth !== "function") return auth;
  return (send: (given: object) => void) => {
    let given = {};
    try {
      given = auth();
    } catch {
      // The router says what it misses; the next connection asks again.
    }
    send(given);
  };
}

/** Would the next connection say just what the refused one said? */
export const saysTheSame = ({ auth, headers }: WireClientOptions): boolean =>
  typeof auth === "object" || (headers !== undefined && auth === undefined);

/** What came as `info`, when it is one. */
export function parseInfo(given: unknown): ServerInfo | undefined {
  const { max_payload } = (given ?? {}) as Partial<ServerInfo>;
  return Number.isFinite(max_payload) ? (given as ServerInfo) : undefined;
}
