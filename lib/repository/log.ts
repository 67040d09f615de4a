/**
 * rustic's stderr as records: `[LEVEL] text`, where text goes on until the
 * next record begins (names of files may hold line breaks).
 */

import type { Warning } from "../../conat-api/index.js";

export interface LogRecord {
  level: "WARN" | "ERROR";
  text: string;
}

const start = /^\[(TRACE|DEBUG|INFO|WARN|ERROR)\] ?(.*)$/s;

/** Feed it lines; `records` are the warnings and errors so far. */
export function createLogReader() {
  const records: LogRecord[] = [];
  let current: LogRecord | undefined;
  return {
    records,
    take(line: string): void {
      const match = start.exec(line);
      if (match) {
        const [, level, text = ""] = match;
        current = undefined;
        if (level === "WARN" || level === "ERROR") {
          current = { level, text };
          records.push(current);
        }
      } else if (line.startsWith("error: ")) {
        current = undefined;
      } else if (current) {
        current.text += `\n${line}`;
      }
    },
  };
}

/** Where rustic read: its paths become those that a person knows. */
export interface SourceRoot {
  /** The start of rustic's paths, with a slash at its end. */
  prefix: string;
  /** What stands for it: `` or `project/`. */
  name: string;
}

const stageRoot: SourceRoot = { prefix: "./", name: "" };

/** What of a run's log a person must know; one warning a path. */
export function warningsOf(
  records: readonly LogRecord[],
  root: SourceRoot = stageRoot,
): Warning[] {
  const byPath = new Map<string, Warning>();
  for (const record of records) {
    const warning = toWarning(record, root);
    if (!warning) continue;
    const key = warning.path ?? warning.message;
    if (!byPath.has(key)) byPath.set(key, warning);
  }
  return [...byPath.values()];
}

// opendal prints "[WARN] ... stat failed NotFound" in ordinary runs, and
// retries that went well in the end warn too: only these say that something
// of the source is missing or was not set.
const skipped = /^ignoring error:? /;
const notSet = /^restore (.+): (.+)$/s;

function toWarning(
  { level, text }: LogRecord,
  root: SourceRoot,
): Warning | undefined {
  if (skipped.test(text)) return skippedFile(text, root);
  const unset = notSet.exec(text);
  if (unset?.[1] && unset[2]) return { path: unset[1], message: unset[2] };
  return level === "ERROR" ? { message: withoutPlaces(text) } : undefined;
}

// The walker's words (`ignoring error PATH: ..`, then the same again, with
// `caused by: PATH: ..` or `source: PATH: ..`), and the reader's.
const shapes = [
  /(?:^ignoring error |caused by: |source: )(.+?): IO error for operation on \1: /s,
  /^ignoring error: Error: Failed to open ReadSourceOpen at `(.+?)`\nFailed to /s,
  /\bat `(.+?)`/s,
];

function skippedFile(text: string, root: SourceRoot): Warning {
  const found = shapes.map((shape) => shape.exec(text)?.[1]).find(Boolean);
  const message = reason(text);
  if (found === undefined) {
    return { message: `a file that rustic does not name: ${message}` };
  }
  const path = found.startsWith(root.prefix)
    ? root.name + found.slice(root.prefix.length)
    : found;
  return { path, message };
}

function reason(text: string): string {
  // The name of a file may hold such words too: the last ones count.
  const code = text.match(/\(os error (\d+)\)/g)?.pop();
  if (code === "(os error 2)") return "vanished while it was read";
  if (code === "(os error 13)") return "may not be read";
  const words = /([^:`]+) \(os error \d+\)\)*\s*$/.exec(text)?.[1];
  return words?.trim() ?? "could not be read";
}

/** The first line, without addresses and paths of the host. */
export function withoutPlaces(text: string): string {
  const [line = ""] = text.split("\n");
  return line.replace(/(\w+:\/\/|\/)[^\s,;)}"'`]+/g, "…").trim();
}
