import type {
  ConatCall,
  ConatCallClient,
  ConatDelivery,
  ConatPublisher,
  ConatServiceClient,
  ConatSubscriber,
} from "../../conat-api/index.js";

/** One request as the router saw it. */
export type Request = { subject: string; name: string; args: unknown[] };

export type ConatBus = ConatServiceClient &
  ConatCallClient &
  ConatPublisher &
  ConatSubscriber & {
    /** Subjects and patterns that are served now. */
    served(): string[];
    /** Calls any name with any arguments, as code of anybody's could. */
    request(request: Request): Promise<unknown>;
  };

type Impl = Record<string, ((...args: unknown[]) => unknown) | undefined>;

/**
 * Conat without sockets, with its traps: `this` of a handler is the message
 * and only its subject proves anything; inherited methods can be called; of
 * an error only a non-empty message and five fields cross; undefined is null.
 * It has no router's rules: a test publishes wherever it likes.
 */
export function createConatBus(): ConatBus {
  const services = new Map<string, Impl>();
  const subscriptions = new Set<Subscription>();

  const request = async ({ subject, name, args }: Request) => {
    const found = [...services].find(([one]) => matchesSubject(one, subject));
    if (!found) throw noSubscribers(subject);
    const reply = await answer(found[1], subject, name, overTheWire(args));
    if (reply.error) throw wireError(reply.error, reply.attributes);
    return overTheWire(reply.result);
  };

  return {
    served: () => [...services.keys()],
    request,
    service(subject, impl) {
      if (services.has(subject)) {
        throw new Error(`${subject} is served twice: both would answer`);
      }
      services.set(subject, impl as Impl);
      return Promise.resolve({ close: () => void services.delete(subject) });
    },
    async publish(subject, message) {
      const found = [...subscriptions].filter(({ pattern }) =>
        matchesSubject(pattern, subject),
      );
      // Copied as it was published, delivered to each on its own and later.
      for (const { deliver } of found) {
        const data = overTheWire(message);
        setImmediate(() => deliver({ subject, data }));
      }
      return { count: found.length };
    },
    async subscribe(pattern) {
      const subscription = createSubscription(pattern, () =>
        subscriptions.delete(subscription),
      );
      subscriptions.add(subscription);
      return subscription;
    },
    call: (subject) =>
      new Proxy({} as ConatCall, {
        get: (_target, name: string) =>
          name === "then"
            ? undefined
            : (...args: unknown[]) => request({ subject, name, args }),
      }),
  };
}

/** `*` is exactly one token, a last `>` one or more. */
export function matchesSubject(pattern: string, subject: string): boolean {
  const [wanted, tokens] = [pattern.split("."), subject.split(".")];
  const open = wanted.at(-1) === ">";
  if (open ? tokens.length < wanted.length : tokens.length !== wanted.length) {
    return false;
  }
  return wanted.every(
    (token, at) =>
      token === "*" ||
      token === tokens[at] ||
      (token === ">" && at === wanted.length - 1),
  );
}

interface Subscription extends AsyncIterable<ConatDelivery> {
  pattern: string;
  deliver(delivery: ConatDelivery): void;
  close(): void;
}

/** What came and was not read waits; after `close` nothing comes. */
function createSubscription(pattern: string, closed: () => void): Subscription {
  const waiting: ConatDelivery[] = [];
  let open = true;
  let wake = () => {};
  return {
    pattern,
    deliver(delivery) {
      if (open) waiting.push(delivery);
      wake();
    },
    close() {
      open = false;
      waiting.length = 0;
      closed();
      wake();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const next = waiting.shift();
        if (next) yield next;
        else if (!open) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

type Reply = { result?: unknown; error?: string; attributes?: object };

async function answer(
  impl: Impl,
  subject: string,
  name: string,
  args: unknown[],
): Promise<Reply> {
  try {
    const method = impl[name];
    if (!method) throw new Error(`${name} not defined`);
    return { result: await method.apply({ subject }, args) };
  } catch (thrown) {
    const error = (thrown ?? {}) as Record<string, unknown>;
    const attributes: Record<string, unknown> = {};
    for (const field of ["code", "errno", "path", "syscall", "subject"]) {
      if (error[field] !== undefined) attributes[field] = error[field];
    }
    return { error: String(error.message ?? ""), attributes };
  }
}

function wireError(message: string, attributes: object = {}): Error {
  return Object.assign(new Error(message), attributes);
}

function noSubscribers(subject: string): Error {
  const message = `request -- no subscribers matching '${subject}'`;
  return Object.assign(new Error(message), { code: 503 });
}

/** MessagePack's view of a value: undefined is nil, or no field at all. */
function overTheWire<T>(value: T): T {
  return JSON.parse(JSON.stringify(value ?? null)) as T;
}
