/** Starting a program's process group, and its end. */

import { startProgram } from "../programs/start.js";
import { type Actor, currentContext, inContext, Killed } from "./actor.js";
import { captureProgram } from "./capture.js";
import { type Child, type ExecaOptions, Output, type Result } from "./child.js";
import type { Group } from "./groups.js";
import { projectOf, watchMutating } from "./mutating.js";
import type { World } from "./world.js";

export interface Start extends ExecaOptions {
  line: readonly string[];
  title: string;
}

export function startGroup(world: World, start: Start): Child {
  const { title, line } = start;
  const group = createGroup(world, title, line);
  watchMutating(world, group, line);
  world.onProgram?.(line);
  world.groups.set(group.pid, group);
  const { stdout, stderr, result, tell } = createChannel(world);
  const end = (ended: Result) => {
    world.groups.delete(group.pid);
    group.actor.alive = false;
    tell({ ended });
  };
  group.kill = () => end({ exitCode: undefined, signal: "SIGKILL" });
  const write = (stream: Output) => (text: string | Buffer) => {
    if (group.actor.alive) tell({ stream, text });
  };
  const streams = { out: write(stdout), err: write(stderr) };
  inContext({ actor: group.actor }, () => {
    runProgram(world, group, start, streams)
      .then((exitCode) => end({ exitCode, signal: undefined }))
      .catch((error: unknown) => {
        if (error instanceof Killed || !group.actor.alive) return;
        const detail = `${title} broke: ${(error as Error).stack}`;
        world.report({ invariant: "stand-in", detail });
        end({ exitCode: 70, signal: undefined });
      });
  });
  return Object.assign(result, { pid: group.pid, stdout, stderr });
}

function createGroup(
  world: World,
  name: string,
  line: readonly string[],
): Group & { working: { since: number; ticks: number } } {
  const { state, timers } = world;
  const pid = (state.nextPid += 1);
  const started = Math.floor(timers.clocks.monotonicMs / 10);
  const actor: Actor = {
    ...{ kind: "program", name, pid, started, alive: true, world },
    atDeath: new Set(),
  };
  const working = { since: -1, ticks: 1 };
  return {
    ...{ pid, started, title: name, line, actor, still: undefined, working },
    tethered: line.includes("--pdeathsig"),
    project_id: projectOf(world, line),
    ticks() {
      const { since, ticks } = working;
      const spent = since < 0 ? 0 : timers.clocks.monotonicMs - since;
      return ticks + Math.floor(spent / 10);
    },
    kill() {},
  };
}

type Worker = ReturnType<typeof createGroup>;

async function runProgram(
  world: World,
  group: Worker,
  { line, title, cwd, env, input }: Start,
  streams: { out(text: string | Buffer): void; err(text: string): void },
): Promise<number> {
  const { actor, pid } = group;
  const [file = "", ...args] = line;
  await world.schedule({ actor }, () => {});
  if (title === "node") return captureProgram(input, streams.out);
  return startProgram(file, {
    ...{ args, cwd, env, input, pid, ...streams },
    script: world.script(title),
    work: (ms) => work(world, group, ms),
    wouldStill: (rename) => (group.still = rename),
  });
}

function work(world: World, group: Worker, ms: number): Promise<void> {
  const { working, actor } = group;
  working.since = world.timers.clocks.monotonicMs;
  return new Promise((resolve) => {
    world.timers.add({ actor }, ms, () => {
      working.ticks = group.ticks() + 1;
      working.since = -1;
      resolve();
    });
  });
}

type Event = { stream: Output; text: string | Buffer } | { ended: Result };

/** What a program says comes to its host in order, each when it comes. */
function createChannel(world: World) {
  const context = currentContext();
  const [stdout, stderr] = [new Output(), new Output()];
  const waiting: Event[] = [];
  let resolve: (result: Result) => void = () => {};
  const result = new Promise<Result>((done) => (resolve = done));
  const deliver = () => {
    const event = waiting.shift();
    if (event === undefined) return;
    if (waiting.length > 0) world.enqueue(context, deliver);
    if ("ended" in event) resolve(event.ended);
    else event.stream.write(event.text);
  };
  const tell = (event: Event) => {
    waiting.push(event);
    if (waiting.length === 1) world.enqueue(context, deliver);
  };
  return { stdout, stderr, result, tell };
}
