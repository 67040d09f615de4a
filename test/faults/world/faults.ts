/** Errors instead of effects, as a scenario wants them. */

import Sqlite from "better-sqlite3";
import type { Actor } from "./actor.js";
import type { Random } from "./random.js";

export interface Faults {
  /** @throws the error of a system call, or of SQLite. */
  meet(actor: Actor, point: string): void;
}

const errors = {
  ENOSPC: "no space left on device",
  EIO: "i/o error",
} as const;

/** `probability` of each effect of the host itself; programs have scripts. */
export function createFaults(random: Random, probability: number): Faults {
  return {
    meet(actor, point) {
      if (actor.kind !== "host" || !random.chance(probability)) return;
      if (/ spawn |^port /.test(point)) return;
      if (point.includes(" sql ")) throw databaseFull();
      throw systemError(random.pick(["ENOSPC", "EIO"] as const), point);
    },
  };
}

function systemError(code: keyof typeof errors, point: string): Error {
  const syscall = point.split(" ").at(-1);
  const message = `${code}: ${errors[code]}, ${syscall}`;
  return Object.assign(new Error(message), { code, syscall });
}

function databaseFull(): Error {
  return new Sqlite.SqliteError("database or disk is full", "SQLITE_FULL");
}
