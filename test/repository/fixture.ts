/** The recorded words of rustic, see record-fixtures.ts. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const directory = join(__dirname, "fixtures");

export interface Fixture {
  /** null when a signal ended it. */
  exitCode: number | null;
  stderr: string;
}

export function fixture(name: string): Fixture {
  const text = readFileSync(join(directory, `${name}.txt`), "utf8");
  const end = text.indexOf("\n");
  const [how, number] = text.slice(0, end).split(" ");
  const exitCode = how === "exit" ? Number(number) : null;
  return { exitCode, stderr: text.slice(end + 1) };
}

export function fixtureNames(): string[] {
  return readdirSync(directory).map((name) => name.replace(/\.txt$/, ""));
}
