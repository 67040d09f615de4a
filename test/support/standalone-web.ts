/** The web server on a port of its own, with a page and people. */

import { mkdirSync, writeFileSync } from "node:fs";
import {
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  request,
} from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Session } from "../../conat-api/wire/session.js";
import { admitting } from "../../lib/standalone/admission.js";
import { createSignIn } from "../../lib/standalone/sign-in.js";
import { createTickets, type Tickets } from "../../lib/standalone/tickets.js";
import { createWeb, type WebOptions } from "../../lib/standalone/web.js";
import {
  makePeople,
  stoppedClock,
  type TestClock,
  type TestPeople,
} from "./standalone-accounts.js";
import { tempDir } from "./temp.js";

export type Asked = {
  path?: string;
  method?: string;
  headers?: OutgoingHttpHeaders;
  body?: string;
  /** The caller's address, of 127.0.0.0/8. */
  from?: string;
};

export type Answer = {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
};

export type TestWeb = TestPeople & {
  /** `127.0.0.1:port` */
  host: string;
  pageDir: string;
  tickets: Tickets;
  clock: TestClock;
  /** Lines of errors that were logged. */
  log: string[];
  /** Sent as it is: no path is tidied. */
  ask(asked?: Asked): Promise<Answer>;
  /** POST /session */
  signIn(token: string, more?: Asked): Promise<Answer>;
  close(): Promise<void>;
};

export async function startWeb(
  options: Partial<WebOptions> = {},
): Promise<TestWeb> {
  const people = await makePeople();
  const clock = stoppedClock();
  const tickets = createTickets(people.dataDir, people.accounts, clock);
  const pageDir = makePage();
  const log: string[] = [];
  const web = createWeb({
    pageDir,
    admits: admitting(["backups.example.org"]),
    signIn: createSignIn(people.accounts, tickets, "host-1"),
    session: sessionOf,
    logger: loggerInto(log),
    ...options,
  });
  const server = createServer(web);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const ask: TestWeb["ask"] = (asked = {}) => send(port, asked);
  return {
    ...people,
    ...{ clock, tickets, pageDir, log, ask, host: `127.0.0.1:${port}` },
    signIn: (token, { headers, ...more } = {}) =>
      ask({
        path: "/session",
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ token }),
        ...more,
      }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function makePage(): string {
  const pageDir = tempDir("page");
  mkdirSync(join(pageDir, "assets", "deep"), { recursive: true });
  const page = `<meta name="csp-nonce" content="__NONCE__" /><p>__NONCE__</p>`;
  writeFileSync(join(pageDir, "index.html"), page);
  writeFileSync(join(pageDir, "secret.txt"), "secret");
  writeFileSync(join(pageDir, "assets", "main-1a2b.js"), "export {};\n");
  writeFileSync(join(pageDir, "assets", ".hidden"), "secret");
  return pageDir;
}

const sessionOf: WebOptions["session"] = ({ account_id, name, hub }) => {
  const session: Session = {
    host_id: "host-1",
    ...{ account_id, name, hub },
    projects: [],
  };
  return Promise.resolve(session);
};

function loggerInto(log: string[]): WebOptions["logger"] {
  const silent = () => undefined;
  const error = (message: string, fields?: object) =>
    void log.push(`${message} ${JSON.stringify(fields)}`);
  return { debug: silent, info: silent, warn: silent, error };
}

async function send(
  port: number,
  { path = "/", method = "GET", headers = {}, body, from }: Asked,
): Promise<Answer> {
  const sent = request({
    ...{ host: "127.0.0.1", port, path, method, agent: false },
    headers: body === undefined ? headers : { ...headers, ...lengthOf(body) },
    ...(from === undefined ? {} : { localAddress: from }),
  });
  sent.end(body);
  return new Promise((resolve, reject) => {
    sent.on("error", reject);
    sent.on("response", (response) => {
      const { statusCode: status = 0 } = response;
      text(response).then(
        (read) => resolve({ status, headers: response.headers, body: read }),
        reject,
      );
    });
  });
}

const lengthOf = (body: string) => ({
  "content-length": Buffer.byteLength(body),
});
