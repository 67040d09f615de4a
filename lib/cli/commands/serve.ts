/** serve: page, Conat router and engine, until a signal ends it. */

import type { Command } from "commander";
import { BackupError } from "../../../conat-api/index.js";
import { readConfig } from "../../config.js";
import { ensureOwner, ownerName } from "../../standalone/owner.js";
import { defaultPort } from "../../standalone/link.js";
import {
  type GlobalOptions,
  guarded,
  loggerOf,
  requireDataDir,
} from "../context.js";
import { onEndingSignal } from "../ending.js";
import { exitCodes } from "../exit-codes.js";
import type { Output } from "../output.js";

interface ServeOptions extends GlobalOptions {
  host: string;
  port: string;
  name?: string[];
}

export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description("run this host: its jobs, a web page and a Conat router")
    .option("--host <address>", "listen on this address", "127.0.0.1")
    .option("--port <n>", "0: any free one", String(defaultPort))
    .option("--name <name...>", "names that this host is reached by")
    .action(async (_options, command: Command) => {
      const options = command.optsWithGlobals<ServeOptions>();
      await guarded(options, (output) => serve(options, output));
    });
}

async function serve(options: ServeOptions, output: Output): Promise<number> {
  const dataDir = requireDataDir(options);
  const names = parseNames(options.name);
  // Before anything runs: a signal must never find nobody.
  const ended = new Promise<void>((resolve) => {
    onEndingSignal(() => resolve());
  });
  // Here and not above: other commands need no web server.
  const { serveStandalone } = await import("../../standalone/serve.js");
  const served = await serveStandalone({
    dataDir,
    config: readConfig(dataDir),
    logger: loggerOf(options),
    host: options.host,
    port: parsePort(options.port),
    names,
  });
  try {
    const owner = await ensureOwner(dataDir, served.accounts);
    const { url } = served;
    const link = owner && served.link(owner);
    const said = { url, ...(link ? { sign_in: link } : {}) };
    output.result(said, greeting(url, link, options.host));
    await ended;
    output.result({ closing: url }, "Closing ...");
  } finally {
    await served.close();
  }
  return exitCodes.ok;
}

function greeting(
  url: string,
  link: string | undefined,
  address: string,
): string {
  const lines = [`This host serves ${url}`];
  if (link) lines.push(`Sign in (once, within 15 minutes): ${link}`);
  const name = link ? ownerName : "NAME";
  lines.push(
    `${link ? "Another" : "A"} link: project-backups account link ${name} --at ${url}`,
  );
  if (!["127.0.0.1", "::1", "localhost"].includes(address)) {
    lines.push(
      "Others can reach it, unencrypted: put a proxy with TLS before it.",
    );
  }
  return [...lines, "Ctrl-C ends it."].join("\n");
}

/** Whoever listens on the network needs names that are names. */
function parseNames(names: readonly string[] = []): readonly string[] {
  for (const name of names) {
    if (/^(?!-)[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)*$/u.test(name)) continue;
    throw new BackupError("INVALID_ARGUMENT", `--name: ${name} is no name.`, {
      hint: "Give the host's name alone, without http:// or a port.",
    });
  }
  return names;
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new BackupError("INVALID_ARGUMENT", `--port: ${text} is no port.`);
}
