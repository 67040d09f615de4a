/** execa, starting a stand-in program instead of a process. */

import { existsSync } from "node:fs";
import { basename } from "node:path";
import { hasProgram } from "../programs/start.js";
import { livingActor } from "./actor.js";
import { pointOf } from "./points.js";
import { type Child, type ExecaOptions, Output } from "./child.js";
import { startGroup } from "./processes.js";

export function execa(
  file: string,
  args: readonly string[],
  options: ExecaOptions,
): Child {
  const actor = livingActor();
  const { world } = actor;
  const line = [file, ...args];
  world.state.commandLines.push(line.join(" "));
  if (!canStart(world.tethered, file, options.cwd)) return notStarted(file);
  const title = titleOf(line);
  const point = pointOf(`spawn ${title}`);
  return world.effect(actor, point, () =>
    startGroup(world, { line, title, ...options }),
  );
}

function canStart(tethered: boolean, file: string, cwd: string): boolean {
  if (basename(file) === "setpriv" && !tethered) return false;
  return existsSync(cwd) && (hasProgram(file) || basename(file) === "node");
}

function notStarted(file: string): Child {
  const originalMessage = `spawn ${file} ENOENT`;
  const result = {
    ...{ exitCode: undefined, signal: undefined },
    ...{ code: "ENOENT", originalMessage },
  };
  const [stdout, stderr] = [new Output(), new Output()];
  const pid = undefined;
  return Object.assign(Promise.resolve(result), { pid, stdout, stderr });
}

const leaves = ["rustic", "btrfs", "cp", "sync", "node", "true", "unshare"];
const verbs =
  /^(backup|restore|init|cat|key|list|snapshots|check|forget|prune|repoinfo|create|snapshot|delete|show|sync|send|--version)$/;

/** `rustic backup`: the program behind its prefixes, and its verb. */
export function titleOf(line: readonly string[]): string {
  const at = line.findIndex((word) => leaves.includes(basename(word)));
  const verb = line.slice(at + 1).find((word) => verbs.test(word));
  return [basename(line[at] ?? line[0] ?? ""), verb].filter(Boolean).join(" ");
}
