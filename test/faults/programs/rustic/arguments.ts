/** Arguments as rustic takes them: what it does not know ends it. */

import { parseArgs } from "node:util";
import { Failed } from "./words.js";

export interface Known {
  /** Options that have a value behind them. */
  values?: readonly string[];
  flags?: readonly string[];
}

export interface Given {
  /** The last one that was given. */
  value(name: string): string | undefined;
  values(name: string): readonly string[];
  positionals: readonly string[];
}

export function readArguments(
  args: readonly string[],
  { values = [], flags = [] }: Known,
): Given {
  const {
    values: found,
    positionals,
    tokens,
  } = parseArgs({
    args: [...args],
    options: Object.fromEntries([
      ...values.map(
        (name) => [name, { type: "string", multiple: true }] as const,
      ),
      ...flags.map((name) => [name, { type: "boolean" }] as const),
    ]),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const known = new Set([...values, ...flags]);
  for (const token of tokens) {
    if (token.kind === "option" && !known.has(token.name)) {
      throw unexpected(token.rawName);
    }
  }
  const given = (name: string) =>
    [found[name] ?? []].flat().filter((value) => typeof value === "string");
  return {
    positionals,
    value: (name) => given(name).at(-1),
    values: given,
  };
}

export function unexpected(argument: string): Failed {
  return new Failed(
    `error: unexpected argument '${argument}' found\n\nUsage: rustic [OPTIONS] <COMMAND>\n\nFor more information, try '--help'.\n`,
    2,
  );
}

export function unrecognized(subcommand: string): Failed {
  return new Failed(
    `error: unrecognized subcommand '${subcommand}'\n\nUsage: rustic [OPTIONS] <COMMAND>\n\nFor more information, try '--help'.\n`,
    2,
  );
}
