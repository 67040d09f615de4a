import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { createProgram } from "../../lib/cli/main.js";

/** As they are typed: `repo check`. */
function namesOf(command: Command, before = ""): string[] {
  return command.commands.flatMap((one) => {
    const name = `${before}${one.name()}`;
    return one.commands.length > 0 ? namesOf(one, `${name} `) : [name];
  });
}

test("every command is in the README's table", () => {
  const path = join(__dirname, "..", "..", "README.md");
  const text = readFileSync(path, "utf8");
  const [, table = ""] = text.split("\n## Command line\n");
  const rows = table.split("\n").filter((line) => line.startsWith("|"));
  const named = rows
    .join("\n")
    // One row names the first in full.
    .replace("`list`, `remove ", "`account list`, `account remove ");
  const missing = namesOf(createProgram()).filter(
    (name) => !named.includes(`\`${name}`),
  );
  expect(missing).toEqual([]);
});
