import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** A failure that people can act on: what went wrong, what to do next, and
 * an excerpt of what the failed command printed. */
export class Failure extends Error {
  constructor(message, { advice, excerpt = [], exitCode = 1, cause } = {}) {
    super(message, { cause });
    this.name = "Failure";
    this.advice = advice;
    this.excerpt = excerpt;
    this.exitCode = exitCode;
  }
}

/** Somebody stopped us: nothing to work around. */
export class Interrupted extends Failure {}

/** Run `work` when the module at `url` is the program, and only then. */
export async function main(url, work) {
  if (!isProgram(url)) {
    return;
  }
  try {
    process.exitCode = (await work(process.argv.slice(2))) ?? 0;
  } catch (error) {
    process.stderr.write(describe(error));
    process.exitCode = error instanceof Failure ? error.exitCode : 1;
  }
}

export function describe(error) {
  if (!(error instanceof Failure)) {
    return `\n${error?.stack ?? String(error)}\n`;
  }
  const excerpt = error.excerpt.map((line) => `  | ${line}\n`).join("");
  const advice = error.advice ? `${error.advice}\n` : "";
  return `\n${excerpt}${error.message}\n${advice}`;
}

function isProgram(url) {
  const script = process.argv[1];
  return script && pathToFileURL(realpathSync(script)).href === url;
}
