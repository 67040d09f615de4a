/** The web server: the page, and who is signed in. */

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import express, {
  type ErrorRequestHandler,
  type Express,
  type RequestHandler,
} from "express";
import helmet from "helmet";
import { z } from "zod";
import { BackupError } from "../../conat-api/index.js";
import type { Session } from "../../conat-api/wire/session.js";
import type { Logger } from "../host.js";
import type { Account } from "./accounts.js";
import type { SignIn } from "./sign-in.js";

export interface WebOptions {
  /** Where the built page is: index.html and assets/. */
  pageDir: string;
  admits: (request: express.Request) => boolean;
  signIn: SignIn;
  session(account: Account): Promise<Session>;
  logger: Logger;
}

export function createWeb(options: WebOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use(secureHeaders(), requireAdmitted(options.admits));
  addSession(app, options);
  app.use(
    "/assets",
    express.static(join(options.pageDir, "assets"), {
      immutable: true,
      maxAge: "1y",
      index: false,
      redirect: false,
    }),
  );
  app.get("/", servePage(join(options.pageDir, "index.html")));
  app.use((_request, response) =>
    refuse(response, 404, "There is no such page."),
  );
  app.use(answerError(options.logger));
  return app;
}

function requireAdmitted(admits: WebOptions["admits"]): RequestHandler {
  return (request, response, next) => {
    if (admits(request)) return next();
    refuse(
      response,
      403,
      "This host is not reached by that name, or the request comes from another site. Start it with --name to add a name.",
    );
  };
}

/** Only our own files and our own socket; styles by a number used once. */
function secureHeaders(): RequestHandler[] {
  const nonce: RequestHandler = (_request, response, next) => {
    response.locals["nonce"] = randomBytes(16).toString("base64");
    next();
  };
  const self = "'self'";
  const policy = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: [self],
        styleSrc: [
          self,
          (_request, response) =>
            `'nonce-${(response as express.Response).locals["nonce"]}'`,
        ],
        imgSrc: [self, "data:"],
        fontSrc: [self],
        connectSrc: [self],
        baseUri: ["'none'"],
        formAction: [self],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: "no-referrer" },
    // Plain HTTP on loopback is what this is for; a proxy adds its own.
    strictTransportSecurity: false,
    xFrameOptions: { action: "deny" },
  });
  return [nonce, policy];
}

const Asked = z.strictObject({ token: z.string().min(1).max(1000) });

function addSession(app: Express, { signIn, session }: WebOptions): void {
  const noStore: RequestHandler = (_request, response, next) => {
    response.set("Cache-Control", "no-store");
    next();
  };
  app.use("/session", noStore, express.json({ limit: "4kb" }));
  app.get("/session", async (request, response) => {
    const account = signIn.who(request.headers);
    if (!account) return refuse(response, 401, "You are not signed in.");
    response.json(await session(account));
  });
  app.post("/session", async (request, response) => {
    const asked = Asked.safeParse(request.body);
    const begun = asked.success && signIn.begin(asked.data.token);
    // Not slowed down: nobody guesses 256 random bits.
    if (!begun) return refuse(response, 401, wrongToken);
    const cookie = signIn.setCookie(begun.cookie, isSecure(request));
    response.set("Set-Cookie", cookie).json(await session(begun.account));
  });
  app.delete("/session", (request, response) => {
    signIn.end(request.headers);
    response.set("Set-Cookie", signIn.setCookie("", isSecure(request)));
    response.status(204).end();
  });
}

/** Behind a proxy that speaks TLS only the browser knows. */
function isSecure({ headers: { origin } }: express.Request): boolean {
  return origin?.startsWith("https:") ?? false;
}

const wrongToken =
  "This token is not known here, or the link was used already or is too old.";

/** @throws BackupError NOT_FOUND */
function readPage(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new BackupError("NOT_FOUND", "The page has not been built.", {
      hint: "Run: npm run build",
      cause,
    });
  }
}

/** The page names the number that its own styles carry. */
function servePage(path: string): RequestHandler {
  const page = readPage(path);
  return (_request, response) => {
    response
      .set("Cache-Control", "no-store")
      .type("html")
      .send(page.replaceAll("__NONCE__", String(response.locals["nonce"])));
  };
}

function answerError(logger: Logger): ErrorRequestHandler {
  return (error, _request, response, _next) => {
    const { status = 500 } = error as { status?: number };
    if (status >= 500) {
      logger.error("a page could not be served", { error: String(error) });
    }
    refuse(response, status, "The request failed.");
  };
}

const json = "application/json; charset=utf-8";

function refuse(
  response: express.Response,
  status: number,
  error: string,
): void {
  // An asset's headers may be there already.
  const headers = { "Cache-Control": "no-store", "Content-Type": json };
  response.status(status).set(headers).json({ error });
}
