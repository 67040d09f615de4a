/** A proxy in front of a repository's storage that goes wrong on demand. */

import {
  createServer,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

export interface Exchange {
  incoming: IncomingMessage;
  response: ServerResponse;
  /** Where the storage itself listens. */
  target: URL;
}

/** Deals with a request in the storage's place. */
export type Fault = (exchange: Exchange) => void;

export interface Rule {
  /**
   * `POST data`: a method and a kind of file, or of a list: `GET index/`.
   * `*` stands for every method or kind.
   */
  on: string;
  /** How many such requests; default: all. */
  times?: number;
  fault: Fault;
}

export interface FaultProxy {
  /** http://127.0.0.1:PORT/ */
  url: string;
  /** `POST data` and the like, of each request so far. */
  requests: string[];
  /** How many requests this rule has dealt with so far. */
  hits(rule: Rule): number;
  /** From now on; `[]`: all goes well. */
  arm(rules: readonly Rule[]): void;
  /** Nothing listens there until `resume`. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

export async function startFaultProxy(
  target: string,
  { delayMs = 0 }: { delayMs?: number } = {},
): Promise<FaultProxy> {
  const storage = new URL(target);
  const requests: string[] = [];
  const { arm, hits, faultOf } = makeRules();
  const server = createServer((incoming, response) => {
    const what = `${incoming.method} ${kindOf(incoming.url ?? "")}`;
    requests.push(what);
    incoming.on("error", () => {});
    const deal = () => faultOf(what)({ incoming, response, target: storage });
    if (delayMs > 0) setTimeout(deal, delayMs);
    else deal();
  });
  const listen = (at: number) =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(at, "127.0.0.1", resolve);
    });
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    requests,
    hits,
    arm,
    pause: stop,
    resume: () => listen(port),
    stop,
  };
}

/** The rules that are armed, and how often each one ever dealt. */
function makeRules() {
  const counts = new Map<Rule, number>();
  let armed: { rule: Rule; left: number }[] = [];
  const hits = (rule: Rule): number => counts.get(rule) ?? 0;
  return {
    hits,
    arm(rules: readonly Rule[]): void {
      armed = rules.map((rule) => ({ rule, left: rule.times ?? Infinity }));
    },
    faultOf(what: string): Fault {
      const found = armed.find(
        ({ rule, left }) => left > 0 && covers(rule.on, what),
      );
      if (!found) return pass;
      found.left--;
      counts.set(found.rule, hits(found.rule) + 1);
      return found.rule.fault;
    },
  };
}

function covers(on: string, what: string): boolean {
  const [method, kind] = on.split(" ");
  const [itsMethod, itsKind] = what.split(" ");
  return (
    (method === "*" || method === itsMethod) &&
    (kind === "*" || kind === itsKind)
  );
}

/** The folder of a file; with a slash at its end: the list of them. */
function kindOf(url: string): string {
  const path = decodeURIComponent(url);
  const file =
    /(data|index|snapshots|keys)\/(?:[0-9a-f]{2}\/)?[0-9a-f]{64}/.exec(path);
  if (file?.[1]) return file[1];
  const list = /(data|index|snapshots|keys)\/(?:$|&)/.exec(path);
  if (list?.[1]) return `${list[1]}/`;
  return /\/config(?:$|[?&])/.test(path) ? "config" : "other";
}

/** No fault: the storage answers. */
export function pass(exchange: Exchange): void {
  forward(exchange, (answer, response) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
}

/** The storage keeps it, but under a name that nobody looks for. */
export function misplace(exchange: Exchange): void {
  const { incoming } = exchange;
  incoming.url = incoming.url?.replace(/[0-9a-f]{64}/, "lost-$&") ?? "";
  pass(exchange);
}

/** The storage keeps half of it. */
export const halve: Fault = ({ incoming, response, target }) => {
  const chunks: Buffer[] = [];
  incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
  incoming.on("end", () => {
    const body = Buffer.concat(chunks);
    const half = body.subarray(0, Math.floor(body.length / 2));
    const { method, url: path, headers } = incoming;
    const { hostname, port } = target;
    const { "transfer-encoding": _chunked, ...rest } = headers;
    const length = { "content-length": String(half.length) };
    const options = { method, path, headers: { ...rest, ...length } };
    const onward = request({ hostname, port, ...options });
    onward.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    onward.end(half);
  });
};

/** Reads the request to its end, answers, and hands nothing on. */
export function answer(
  status: number,
  headers: Record<string, string> = {},
  body = "",
): Fault {
  return ({ incoming, response }) => {
    incoming.resume();
    incoming.on("end", () => response.writeHead(status, headers).end(body));
  };
}

export function redirect(status: number, location: string): Fault {
  return answer(status, { location });
}

/** Takes the request and never answers. */
export const hang: Fault = ({ incoming }) => void incoming.resume();

export const dropBeforeRead: Fault = ({ incoming }) =>
  void incoming.socket.destroy();

export const dropMidUpload: Fault = ({ incoming }) =>
  void incoming.once("data", () => incoming.socket.destroy());

/** The storage does it, the client never hears of it. */
export const loseReply: Fault = (exchange) =>
  forward(exchange, (answer) => {
    answer.resume();
    answer.on("end", () => exchange.incoming.socket.destroy());
  });

/** Half of the body that the header promised, then the end. */
export const cutReply: Fault = (exchange) =>
  changed(exchange, (body, { response, answer }) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    const half = body.subarray(0, Math.floor(body.length / 2));
    response.write(half, () => exchange.incoming.socket.destroy());
  });

/** Half of the body, as if that were all. */
export const shortReply: Fault = (exchange) =>
  changed(exchange, (body, { response, answer }) => {
    const half = body.subarray(0, Math.floor(body.length / 2));
    const length = String(half.length);
    const headers = { ...answer.headers, "content-length": length };
    response.writeHead(answer.statusCode ?? 502, headers).end(half);
  });

export const flipBit: Fault = (exchange) =>
  changed(exchange, (body, { response, answer }) => {
    const middle = Math.floor(body.length / 2);
    body[middle] = (body[middle] ?? 0) ^ 1;
    response.writeHead(answer.statusCode ?? 502, answer.headers).end(body);
  });

type Answered = (answer: IncomingMessage, response: ServerResponse) => void;

function forward(
  { incoming, response, target }: Exchange,
  answered: Answered,
): void {
  const { hostname, port } = target;
  const { method, url: path, headers } = incoming;
  const onward = request({ hostname, port, method, path, headers });
  onward.on("response", (answer) => answered(answer, response));
  onward.on("error", () => response.destroy());
  incoming.pipe(onward);
}

function changed(
  exchange: Exchange,
  change: (
    body: Buffer,
    reply: { answer: IncomingMessage; response: ServerResponse },
  ) => void,
): void {
  forward(exchange, (answer, response) => {
    const chunks: Buffer[] = [];
    answer.on("data", (chunk: Buffer) => chunks.push(chunk));
    answer.on("end", () => change(Buffer.concat(chunks), { answer, response }));
  });
}
