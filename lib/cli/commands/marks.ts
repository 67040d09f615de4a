/** pin, name, forget, unforget: what people make of a backup. */

import type { Command } from "commander";
import type { Backup, Input } from "../../../conat-api/index.js";
import { type Context, type GlobalOptions, withService } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { formatTime, printable } from "../format.js";

type Of = { project_id: string; backup_id: string };

export function addMarkCommands(program: Command): void {
  const add = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .argument("<project_id>")
      .argument("<backup_id>", "the full id, 64 hex digits");
  add("pin", "keep a backup, whatever the policy says")
    .option("--off", "let the policy decide again")
    .action(async (project_id: string, backup_id: string, { off }, command) => {
      const pinned = off !== true;
      await update(command, { project_id, backup_id, pinned });
    });
  add("name", "give a backup a name")
    .argument("<name>", "an empty one takes it away")
    .option("--note <text>", "and a note; an empty one takes it away")
    .action(
      async (
        project_id: string,
        backup_id: string,
        name: string,
        { note }: { note?: string },
        command: Command,
      ) => {
        await update(command, {
          ...{ project_id, backup_id, name: name || null },
          ...(note === undefined ? {} : { note: note || null }),
        });
      },
    );
  add(
    "forget",
    "take a backup off the list; for some days it can come back",
  ).action(async (project_id: string, backup_id: string, _, command) => {
    const of = { project_id, backup_id };
    await asking(command, (context) => forget(context, of));
  });
  add("unforget", "take back what was forgotten").action(
    async (project_id: string, backup_id: string, _, command) => {
      const of = { project_id, backup_id };
      await asking(command, (context) => unforget(context, of));
    },
  );
}

function asking(
  command: Command,
  run: (context: Context) => Promise<number>,
): Promise<void> {
  return withService(command.optsWithGlobals<GlobalOptions>(), run);
}

function update(command: Command, input: Input<"update">): Promise<void> {
  return asking(command, async ({ service, output }) => {
    const answer = await service.call("update", input);
    output.result(answer, markText(answer.backup));
    return exitCodes.ok;
  });
}

function markText({ backup_id, name, note, pinned }: Backup): string {
  const called = name === null ? "" : `, called ${printable(name)}`;
  const lines = [
    `Backup ${backup_id} is ${pinned ? "" : "not "}pinned${called}.`,
  ];
  if (note !== null) lines.push(printable(note));
  return lines.join("\n");
}

async function forget({ service, output }: Context, of: Of): Promise<number> {
  const answer = await service.call("forget", of);
  const until = formatTime(answer.gone_at);
  output.result(
    answer,
    `Backup ${of.backup_id} is forgotten. It can be taken back until ${until}: project-backups unforget ${of.project_id} ${of.backup_id}`,
  );
  return exitCodes.ok;
}

async function unforget({ service, output }: Context, of: Of): Promise<number> {
  const answer = await service.call("unforget", of);
  output.result(
    answer,
    `Backup ${of.backup_id} is on the list again.\nIt stays like one that somebody asked for: only the rule for those (keep manual), or a quota, takes it again.`,
  );
  return exitCodes.ok;
}
