/** repo: the repository and its recovery kit. */

import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { BackupError } from "../../../conat-api/index.js";
import { parseKit } from "../../repository/index.js";
import { type Context, type GlobalOptions, withHost } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { formatTime } from "../format.js";

export function addRepositoryCommands(program: Command): void {
  const repo = program
    .command("repo")
    .description("the repository that backups go to");
  const add = (
    name: string,
    description: string,
    run: (context: Context, argument?: string) => Promise<number>,
  ) =>
    repo
      .command(name)
      .description(description)
      .action(async (...all: unknown[]) => {
        const command = all.at(-1) as Command;
        const argument = typeof all[0] === "string" ? all[0] : undefined;
        const options = command.optsWithGlobals<GlobalOptions>();
        await withHost(options, (context) => run(context, argument));
      });
  add("show", "where it is and what this host knows of it", show);
  add("init", "make it, or open it, now", init);
  add("kit", "print the recovery kit: keep it away from this host", kit);
  add("import", "use a repository that another host made", importKit).argument(
    "<kit>",
    "a recovery kit file",
  );
}

async function show({ backups, output }: Context): Promise<number> {
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

async function init({ backups, output }: Context): Promise<number> {
  const { repository_id, name, kind, location } =
    await backups.tools.repositories.open();
  output.result(
    { repository_id, name, kind, location },
    `Repository ${repository_id} is ready at ${location}.`,
  );
  return exitCodes.ok;
}

async function kit({ backups, output }: Context): Promise<number> {
  const { repositories, store, host } = backups.tools;
  const found = repositories.kit();
  if (!found?.repository_id) {
    throw new BackupError("NOT_FOUND", "This host has no repository yet.", {
      hint: "Run: project-backups repo init",
    });
  }
  output.result(found, JSON.stringify(found, null, 2));
  store.repositories.kitExported(found.repository_id, host.clock.now());
  return exitCodes.ok;
}

async function importKit(
  { backups, output }: Context,
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
