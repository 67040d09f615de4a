/**
 * Who is at work: a simulated process. Everything that runs in the world runs
 * in the context of one, and a dead one does nothing any more.
 */

import { AsyncLocalStorage } from "node:async_hooks";
import type { World } from "./world.js";

export interface Actor {
  kind: "host" | "program" | "scenario";
  /** For names of points: `rustic backup`. */
  name: string;
  pid: number;
  /** In clock ticks since boot. */
  started: number;
  alive: boolean;
  world: World;
  /** What the kernel does when a process ends. */
  atDeath: Set<() => void>;
}

export interface Context {
  actor: Actor;
  /** Set while a method of the contract is answered. */
  request?: object | undefined;
}

const contexts = new AsyncLocalStorage<Context>();

export function inContext<T>(context: Context, action: () => T): T {
  return contexts.run(context, action);
}

/** @throws Error: something ran outside of the world. */
export function currentContext(): Context {
  const context = contexts.getStore();
  if (context === undefined) throw new Error("nobody is at work here");
  return context;
}

/** The actor at work. @throws Killed when it is dead. */
export function livingActor(): Actor {
  const { actor } = currentContext();
  if (!actor.alive) throw new Killed();
  return actor;
}

/** Thrown out of whatever a dead process still tries to do. */
export class Killed extends Error {
  override readonly name = "Killed";
  constructor() {
    super("the process is dead");
  }
}
