/** rustic's errors in its own words, as they were recorded. */

import { errnoOf } from "../errno.js";

/** rustic gives up: what goes to stderr, and its exit code. */
export class Failed extends Error {
  constructor(
    readonly stderr: string,
    readonly exitCode = 1,
  ) {
    super(stderr);
  }
}

export interface Report {
  /** "related to `the backend`" */
  about: string;
  message: string;
  /** `- path: ..` */
  context?: string;
  cause?: string;
}

/** What stands behind `error: ` or `[ERROR] error backing up .: `. */
export function report({ about, message, context, cause }: Report): string {
  return [
    `\`rustic_core\` experienced an error related to \`${about}\`.\n`,
    `Message:\n${message}\n\n`,
    "Some additional details ...\n",
    ...(context ? [`Context:\n${context}\n`] : []),
    ...(cause ? [`Caused by:\n${cause}\n\n`] : []),
    "Backtrace:",
    "disabled backtrace (set 'RUST_BACKTRACE=\"1\"' environment variable to enable)\n\n",
  ].join("\n");
}

export function failed(about: Report): Failed {
  return new Failed(`error: ${report(about)}`);
}

/** What an error of the kernel becomes; another one is thrown on. */
export function kernelReport(error: unknown, path?: string): Report {
  const errno = errnoOf(error);
  if (!errno) throw error;
  return {
    about: "input/output operations",
    message: `Failed to use the file \`${path ?? (error as NodeJS.ErrnoException).path ?? "?"}\`. Please check the file and try again.`,
    cause: `${errno.message} (os error ${errno.number})`,
  };
}

export function noRepository(path: string): Failed {
  return failed({
    about: "the configuration",
    message: `No repository config file found for \`local:${path}\`. Please check the repository.`,
  });
}

export function wrongPassword(): Failed {
  return failed({
    about: "credentials handling",
    message:
      "The password that has been entered, seems to be incorrect. No suitable key found for the given password. Please check your password and try again.",
  });
}

export function noKeyFile(path: string): Failed {
  return failed({
    about: "credentials handling",
    message: `Opening key file failed. Is the path \`${path}\` correct?`,
    cause: "No such file or directory (os error 2)",
  });
}

export function damagedKey(): Failed {
  return failed({
    about: "credentials handling",
    message: "Error deserializing key",
    cause: "EOF while parsing a string at line 1 column 40",
  });
}

/** A file that this key does not open, or that is not whole. */
export function unreadable(
  kind: "Config" | "Snapshot",
  id: string,
  why: string,
): Failed {
  const cause = report({ about: "cryptographic operations", message: why });
  return failed({
    about: "cryptographic operations",
    message: `error processing ${kind}:${id.slice(0, 8)}`,
    cause,
  });
}

/** After five attempts, the last 16 s after the one before. */
export function unreachable(): Failed {
  const url = "http://127.0.0.1:8000/config";
  const words = `error sending request for url (${url})`;
  const attempts = [1, 2, 4, 8, 16].map(
    (seconds) => `[WARN] Error ${words} at ${seconds}s, retrying\n`,
  );
  const cause = `${words}\n : (source: client error (Connect))`;
  const backoff = { about: "the backend", message: backedOff, cause };
  return new Failed(`${attempts.join("")}error: ${report(backoff)}`);
}

/** The reply to the POST of the snapshot was lost; the next one is refused. */
export function lostReply(id: string): Failed {
  const url = `http://127.0.0.1:8000/snapshots/${id}`;
  const warning = `[WARN] Error error sending request for url (${url}) at 1s, retrying\n`;
  const cause = `HTTP status client error (403 Forbidden) for url (${url})`;
  const refused = { about: "the backend", message: backedOff, cause };
  return new Failed(`${warning}${backingUpFailed(refused)}`);
}

export function backingUpFailed(why: Report): string {
  return `[ERROR] error backing up .: ${report(why)}error: Not all snapshots were generated successfully!\n`;
}

const backedOff = "Backoff failed, please check the logs for more information.";
