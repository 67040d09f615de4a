/** repo: the repository and its recovery kit. */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { BackupError } from "../../../conat-api/index.js";
import { exportKit, parseKit } from "../../repository/index.js";
import { type GlobalOptions, type HostContext, withHost } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { formatTime } from "../format.js";

interface KitOptions {
  to?: string;
}

type Run = (
  context: HostContext,
  argument: string | undefined,
  options: KitOptions,
) => Promise<number>;

export function addRepositoryCommands(program: Command): void {
  const repo = program
    .command("repo")
    .description("the repository that backups go to");
  const add = (name: string, description: string, run: Run) =>
    repo
      .command(name)
      .description(description)
      .action(async (...all: unknown[]) => {
        const command = all.at(-1) as Command;
        const argument = typeof all[0] === "string" ? all[0] : undefined;
        const options = command.optsWithGlobals<GlobalOptions & KitOptions>();
        await withHost(options, (context) => run(context, argument, options));
      });
  add("show", "where it is and what this host knows of it", show);
  add("init", "make it, or open it, now", init);
  add("kit", "the recovery kit: keep it away from this host", kit).option(
    "--to <file>",
    "into a new file that only you can read; without it: print it",
  );
  add("import", "use a repository that another host made", importKit).argument(
    "<kit>",
    "a recovery kit file",
  );
}

async function show({ backups, output }: HostContext): Promise<number> {
  const { store, config } = backups.tools;
  const repositories = store.repositories.list();
  const text = repositories.map(
    (one) =>
      `${one.name}: ${one.location}\n  id ${one.repository_id}\n  list read ${formatTime(one.read_at)}, kit exported ${formatTime(one.kit_exported_at)}`,
  );
  const { kind, name } = config.repository;
  output.result(
    { configured: { kind, name }, repositories },
    text.join("\n") || `${name} (${kind}): not used by this host yet.`,
  );
  return exitCodes.ok;
}

async function init({ backups, output }: HostContext): Promise<number> {
  const { repository_id, name, kind, location } =
    await backups.tools.repositories.open();
  output.result(
    { repository_id, name, kind, location },
    `Repository ${repository_id} is ready at ${location}.`,
  );
  return exitCodes.ok;
}

async function kit(
  { backups, output }: HostContext,
  _argument: string | undefined,
  { to }: KitOptions,
): Promise<number> {
  const { repositories, store, host } = backups.tools;
  const found = repositories.kit();
  if (!found?.repository_id) {
    throw new BackupError("NOT_FOUND", "This host has no repository yet.", {
      hint: "Run: project-backups repo init",
    });
  }
  if (to === undefined) {
    await output.deliver(found, JSON.stringify(found, null, 2));
  } else {
    const path = resolve(to);
    exportKit(path, found);
    output.result({ path }, `Wrote ${path}: keep it away from this host.`);
  }
  // Only now: a kit that nobody has is none.
  store.repositories.kitExported(found.repository_id, host.clock.now());
  return exitCodes.ok;
}

async function importKit(
  { backups, output }: HostContext,
  path = "",
): Promise<number> {
  const { repositories, store, host } = backups.tools;
  const opened = await repositories.importKit(parseKit(readText(path)));
  const { repository_id, location } = opened;
  // It came from a kit, so there is one elsewhere.
  store.repositories.kitExported(repository_id, host.clock.now());
  output.result(
    { repository_id, location },
    `This host now uses repository ${repository_id} at ${location}.`,
  );
  return exitCodes.ok;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new BackupError("NOT_FOUND", `${path} cannot be read.`, {
      cause: error,
    });
  }
}
