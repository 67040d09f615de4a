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

// opendal prints "[WARN] ... stat failed NotFound" in ordinary runs, and
// retries that went well in the end warn too: only these say that something
// of the source is missing or was not set.
const skipped = /^ignoring error:? /;
const notSet = /^restore (.+): (.+)$/s;

/** What of a run's log a person must know; one warning a path. */
export function warningsOf(records: readonly LogRecord[]): Warning[] {
  const byPath = new Map<string, Warning>();
  for (const record of records) {
    const warning = toWarning(record);
    if (!warning) continue;
    const key = warning.path ?? warning.message;
    if (!byPath.has(key)) byPath.set(key, warning);
  }
  return [...byPath.values()];
}

function toWarning({ level, text }: LogRecord): Warning | undefined {
  if (skipped.test(text)) return skippedFile(text);
  const unset = notSet.exec(text);
  if (unset?.[1] && unset[2]) return { path: unset[1], message: unset[2] };
  return level === "ERROR" ? { message: firstLine(text) } : undefined;
}

/** Three shapes are known; fixtures in test/repository/fixtures. */
function skippedFile(text: string): Warning {
  const path =
    /^ignoring error:? \.\/(.+?): (?:IO error|Error)/s.exec(text)?.[1] ??
    /ReadSourceOpen at `\.\/(.+?)`\n/s.exec(text)?.[1] ??
    /caused by: \.\/(.+?): IO error/s.exec(text)?.[1] ??
    /at `\.\/(.+?)`/s.exec(text)?.[1];
  const message = reason(text);
  return path === undefined ? { message } : { path, message };
}

function reason(text: string): string {
  if (text.includes("(os error 2)")) return "vanished while it was read";
  if (text.includes("(os error 13)")) return "may not be read";
  const last = text.split("caused by: ").pop() ?? text;
  return firstLine(last);
}

function firstLine(text: string): string {
  return text.split("\n")[0]?.trim() || text.trim();
}
