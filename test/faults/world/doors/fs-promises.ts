/** `node:fs/promises`, for whoever lives in the world. */

import * as real from "node:fs";
import type * as promises from "node:fs/promises";
import { type Context, currentContext } from "../actor.js";
import { readProc } from "../os.js";
import { pointOf } from "../points.js";
import { type Call, changes, corrected, realCall } from "./fs-calls.js";

type Asked = (...args: unknown[]) => Promise<unknown>;

/** A call is made later, at once and whole; its answer may never come. */
function door(name: string): Asked {
  const call = realCall(name);
  return (...args) => {
    const context = currentContext();
    const { world } = context.actor;
    const point = changes(name, args) ? pointOf(name) : undefined;
    return world.schedule(context, () => {
      const answer = name === "readFile" && readProc(world, String(args[0]));
      if (typeof answer === "string") return answer;
      return perform(context, point, () =>
        corrected(world, name, args[0], call(...args)),
      );
    });
  };
}

function perform<T>(
  { actor }: Context,
  point: string | undefined,
  action: () => T,
): T {
  return point === undefined
    ? action()
    : actor.world.effect(actor, point, action);
}

const make = <K extends keyof typeof promises>(name: K) =>
  door(String(name)) as unknown as (typeof promises)[K];

export const access = make("access");
export const appendFile = make("appendFile");
export const chmod = make("chmod");
export const chown = make("chown");
export const copyFile = make("copyFile");
export const cp = make("cp");
export const lchown = make("lchown");
export const link = make("link");
export const lstat = make("lstat");
export const lutimes = make("lutimes");
export const mkdir = make("mkdir");
export const mkdtemp = make("mkdtemp");
export const readFile = make("readFile");
export const readdir = make("readdir");
export const readlink = make("readlink");
export const realpath = make("realpath");
export const rename = make("rename");
export const rm = make("rm");
export const rmdir = make("rmdir");
export const stat = make("stat");
export const statfs = make("statfs");
export const symlink = make("symlink");
export const truncate = make("truncate");
export const unlink = make("unlink");
export const utimes = make("utimes");
export const writeFile = make("writeFile");

const openDoor = door("open");

export async function open(...args: unknown[]): Promise<object> {
  const { actor } = currentContext();
  const file = (await openDoor(...args)) as number;
  const free = () => real.closeSync(file);
  actor.atDeath.add(free);
  const handle = (name: string, call: (...args: never[]) => unknown) =>
    handleDoor(name, call as Call);
  return {
    fd: file,
    read: handle("read", (buffer: Buffer, ...where: number[]) => ({
      buffer,
      bytesRead: real.readSync(
        file,
        buffer,
        ...(where as [number, number, number]),
      ),
    })),
    readFile: handle("readFile", (options: never) =>
      real.readFileSync(file, options),
    ),
    stat: handle("stat", () => real.fstatSync(file)),
    write: handle("write", (data: string) => ({
      bytesWritten: real.writeSync(file, data),
    })),
    writeFile: handle("writeFile", (data: string) =>
      real.writeFileSync(file, data),
    ),
    sync: handle("fsync", () => real.fsyncSync(file)),
    datasync: handle("fdatasync", () => real.fdatasyncSync(file)),
    chmod: handle("fchmod", (mode: number) => real.fchmodSync(file, mode)),
    close: handle("close", () => {
      actor.atDeath.delete(free);
      real.closeSync(file);
    }),
  };
}

function handleDoor(name: string, call: Call): Asked {
  return (...args) => {
    const context = currentContext();
    const point = changes(name, args) ? pointOf(name) : undefined;
    return context.actor.world.schedule(context, () =>
      perform(context, point, () => call(...args)),
    );
  };
}
