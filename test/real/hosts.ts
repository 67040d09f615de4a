/** Two hosts with one storage and nothing else in common. */

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { tempDir } from "../support/temp.js";

export interface Host extends TestEngine {
  /** Restores may be written below it. */
  restored: string;
}

export async function startHost(
  repository: object,
  { projects = 0 }: { projects?: number } = {},
): Promise<Host> {
  const restored = tempDir("restored");
  const engine = await startTestEngine({
    projects,
    config: { repository, restore: { directories: [restored] } },
  });
  mkdirSync(join(engine.root, "projects"), { recursive: true });
  return { ...engine, restored };
}

/** A project with what usually gets lost on the way. */
export function fillProject(directory: string): void {
  const at = (...names: string[]) => join(directory, ...names);
  writeFileSync(at("large"), randomBytes(3 * 1024 ** 2));
  mkdirSync(at("empty"));
  mkdirSync(at("shut"), { mode: 0o700 });
  writeFileSync(at("shut", "ünï\ncode"), "text");
  chownSync(at("shut", "ünï\ncode"), 2001, 2001);
  chmodSync(at("shut", "ünï\ncode"), 0o4640);
  linkSync(at("large"), at("shut", "link"));
  symlinkSync("../nowhere", at("symlink"));
  execFileSync("setfattr", ["-n", "user.k", "-v", "1", at("large")]);
  execFileSync("touch", ["-d", "@5.000000001", at("large")]);
  execFileSync("touch", ["-hd", "@6.5", at("symlink")]);
  chownSync(directory, 2001, 2001);
  chmodSync(directory, 0o2750);
}

/** What another user finds readable below a directory. */
export function readableByOthers(directory: string): string[] {
  const ids = ["--reuid=65534", "--regid=65534", "--clear-groups"];
  const script = 'find "$1" -type f -readable 2>/dev/null; true';
  const args = [...ids, "sh", "-c", script, "sh", directory];
  const found = String(execFileSync("setpriv", args));
  return found.split("\n").filter(Boolean);
}
