/** `node:fs`, for whoever lives in the world. */

import * as real from "node:fs";
import { currentContext, Killed, livingActor } from "../actor.js";
import { listProc, readProc } from "../os.js";
import { pointOf } from "../points.js";
import { type Call, changes, corrected, realCall } from "./fs-calls.js";

function door(name: string): Call {
  const call = realCall(name);
  return (...args) => {
    const actor = livingActor();
    const { world } = actor;
    const answer = name === "readFile" && readProc(world, String(args[0]));
    if (typeof answer === "string") return answer;
    if (name === "readdir" && args[0] === "/proc") return listProc(world);
    if (!changes(name, args)) {
      return corrected(world, name, args[0], call(...args));
    }
    const point = pointOf(`${name}Sync`);
    return world.effect(actor, point, () => call(...args));
  };
}

const make = <K extends keyof typeof real>(name: K) =>
  door(String(name).replace(/Sync$/, "")) as (typeof real)[K];

export const appendFileSync = make("appendFileSync");
export const chmodSync = make("chmodSync");
export const chownSync = make("chownSync");
export const copyFileSync = make("copyFileSync");
export const cpSync = make("cpSync");
export const fsyncSync = make("fsyncSync");
export const lstatSync = make("lstatSync");
export const mkdirSync = make("mkdirSync");
export const readFileSync = make("readFileSync");
export const readSync = make("readSync");
export const readdirSync = make("readdirSync");
export const readlinkSync = make("readlinkSync");
export const realpathSync = make("realpathSync");
export const renameSync = make("renameSync");
export const rmSync = make("rmSync");
export const rmdirSync = make("rmdirSync");
export const statSync = make("statSync");
export const symlinkSync = make("symlinkSync");
export const unlinkSync = make("unlinkSync");
export const utimesSync = make("utimesSync");
export const writeFileSync = make("writeFileSync");
export const writeSync = make("writeSync");

/** The real one never throws, but the dead do not look either. */
export function existsSync(path: real.PathLike): boolean {
  if (!currentContext().actor.alive) throw new Killed();
  return real.existsSync(path);
}

const openDoor = door("open");

/** The kernel closes what a dead process had open. */
export function openSync(...args: unknown[]): number {
  const { atDeath } = livingActor();
  const file = openDoor(...args) as number;
  const free = () => real.closeSync(file);
  atDeath.add(free);
  opened.set(file, () => atDeath.delete(free));
  return file;
}

export function closeSync(file: number): void {
  livingActor();
  opened.get(file)?.();
  opened.delete(file);
  real.closeSync(file);
}

const opened = new Map<number, () => void>();

export const { constants, Dirent, Stats } = real;

/** No stream leads out of the world: nobody here needs one yet. */
export function createReadStream(path: string): never {
  throw new Error(`fs.createReadStream has no door, not for ${path} either`);
}
