/** Small HTTP servers that misbehave on purpose. */

import {
  createServer,
  type IncomingMessage,
  request,
  type RequestListener,
} from "node:http";
import type { AddressInfo } from "node:net";

export interface Answering {
  /** http://127.0.0.1:PORT/ */
  url: string;
  /** `METHOD /path` of each request so far. */
  requests: string[];
  stop(): Promise<void>;
}

export async function listen(answer: RequestListener): Promise<Answering> {
  const requests: string[] = [];
  const server = createServer((incoming, response) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    answer(incoming, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    requests,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers everything with one status. */
export function always(status: number): RequestListener {
  return (incoming, response) => {
    incoming.resume();
    response.writeHead(status).end();
  };
}

export interface Fault {
  status: number;
  body?: string;
}

/**
 * Hands requests on to `target`, but answers those itself for which `fault`
 * returns something.
 */
export function proxyTo(
  target: string,
  fault: (incoming: IncomingMessage) => Fault | undefined,
): Promise<Answering> {
  const { hostname, port } = new URL(target);
  return listen((incoming, response) => {
    const found = fault(incoming);
    if (found) {
      incoming.resume();
      response.writeHead(found.status).end(found.body);
      return;
    }
    const { method, url: path, headers } = incoming;
    const onward = request({ hostname, port, method, path, headers });
    onward.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    incoming.pipe(onward);
  });
}
