/** I8: the repository's password is in no command line, row or log line. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Invariant } from "./ground.js";

export const secrets: readonly Invariant[] = [
  {
    id: "I8",
    sentence: "The password is in no command line, row, log line or error.",
    check({ places, rows, state }) {
      const password = passwordIn(places.data);
      if (password === undefined) return [];
      const shows = (texts: readonly string[]) =>
        texts.some((text) => text.includes(password));
      return [
        shows(state.commandLines) && "A command line has it.",
        shows(state.log) && "The log has it.",
        shows(rows.map((row) => JSON.stringify(row))) && "A row has it.",
      ].filter((found) => found !== false);
    },
  },
];

function passwordIn(data: string): string | undefined {
  const path = join(data, "keys", "main.kit.json");
  if (!existsSync(path)) return undefined;
  return (JSON.parse(readFileSync(path, "utf8")) as { password: string })
    .password;
}
