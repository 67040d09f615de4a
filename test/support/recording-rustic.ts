import {
  chmodSync,
  existsSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { tempDir } from "./temp.js";
import { findTool } from "./tools.js";

export type RecordingRustic = {
  /** A program that notes its arguments and becomes the real rustic. */
  path: string;
  /** A line of arguments for each command since, but for its version. */
  runs(): string[];
  forget(): void;
};

export function makeRecordingRustic(): RecordingRustic {
  const dir = tempDir("rustic");
  const path = join(dir, "rustic");
  const log = join(dir, "runs");
  const real = findTool("rustic") ?? "rustic";
  writeFileSync(path, `#!/bin/sh\necho "$*" >>'${log}'\nexec '${real}' "$@"\n`);
  chmodSync(path, 0o755);
  return {
    path,
    runs() {
      const text = existsSync(log) ? readFileSync(log, "utf8") : "";
      const lines = text.split("\n").filter(Boolean);
      return lines.filter((line) => !/^(--version|-V|version)$/.test(line));
    },
    forget: () => rmSync(log, { force: true }),
  };
}
