/** Who is this, and may there be one more of them? */

import type { Socket } from "socket.io";
import { Identity, identityKey, isHub } from "./identity.js";
import type { RouterLimits } from "./limits.js";
import type { Authenticate } from "./options.js";
import { Refusal } from "./refusal.js";
import type { Strangers } from "./strangers.js";
import { Windows } from "./window.js";

export interface SignIns {
  /** Rejects with what the client is to be told. */
  enter(socket: Socket): Promise<Identity>;
  leave(identity: Identity): void;
}

export function createSignIns(
  authenticate: Authenticate,
  limits: RouterLimits,
  strangers: Strangers,
): SignIns {
  const { failedSignIns: limit, failedSignInWindowMs: windowMs } = limits;
  const failures = new Windows({ limit, windowMs, blockMs: windowMs });
  const connections = new Map<string, number>();

  return {
    async enter({ handshake: { auth, headers, address }, request }) {
      const identity = await within(
        limits.signInMs,
        authenticated(authenticate, { auth, headers, address }),
      ).catch((error: unknown) => {
        const now = performance.now();
        const blockedMs = failures.blockedFor(address, now);
        failures.hit(address, now);
        // Who has the right token comes in: on one machine, or behind one
        // proxy, everyone has the same address, this host itself too.
        throw blockedMs > 0 ? tooManyFailures(blockedMs) : error;
      });
      const key = identityKey(identity);
      const count = connections.get(key) ?? 0;
      const max = isHub(identity) ? limits.hubConnections : limits.connections;
      if (count >= max) throw tooManyConnections(max);
      connections.set(key, count + 1);
      strangers.welcome(request.socket);
      return identity;
    },
    leave(identity) {
      const key = identityKey(identity);
      const count = (connections.get(key) ?? 0) - 1;
      if (count > 0) connections.set(key, count);
      else connections.delete(key);
    },
  };
}

/** Also turns what is thrown at once into a rejection. */
async function authenticated(
  authenticate: Authenticate,
  handshake: Parameters<Authenticate>[0],
): Promise<Identity> {
  return Identity.parse(await authenticate(handshake));
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Refusal("sign-in timed out", 408)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

const tooManyFailures = (retryMs: number) =>
  new Refusal("too many failed sign-ins; try again later", 429, { retryMs });

const tooManyConnections = (max: number) =>
  new Refusal(`there are ${max} connections of this user already`, 429);
