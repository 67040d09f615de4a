/**
 * R1a-e, R2: what clients that behave badly cost those that do not. Latency
 * of a request and its reply between two healthy clients, in turns alone and
 * beside a load, in one run. The router, each of the two and the load are
 * processes of their own; the load has a lower priority, for what is measured to be
 * the router and not the scheduler.
 */

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { report, round } from "./report.js";
import { runLoads } from "./router-loads.js";
import { runHost, runPair } from "./router-pair.js";
import { runRouter } from "./router-process.js";

const rounds = 4;
const windowMs = 3000;

const figures = {
  R1a: "flood",
  R1b: "mute",
  R1c: "drop",
  R1d: "crowd",
  R1e: "dead",
} as const;

async function main(): Promise<void> {
  const router = start("router", ["--expose-gc"]);
  const { url } = await ask<{ url: string }>(router, {});
  const host = start("host", [url]);
  await ask(host, {});
  const pair = start("pair", [url]);
  const load = start("load", [url]);
  try {
    await measure(pair, 1000);
    const cold = await ask<Memory>(router, { gc: true });
    await warmUp(pair, load);
    const before = await ask<Memory>(router, { gc: true });
    for (const [id, name] of Object.entries(figures)) {
      await compare(id, name, { router, pair, load });
    }
    const after = await ask<Memory>(router, { gc: true });
    report({
      id: "R2",
      goal: 1.2,
      ratio: round(after.rss / before.rss),
      ratio_to_cold: round(after.rss / cold.rss),
      cold_mb: round(cold.rss / 1e6, 1),
      before_mb: round(before.rss / 1e6, 1),
      after_mb: round(after.rss / 1e6, 1),
      // What is still referenced; the rest is malloc's, not given back.
      held_before_mb: round(held(before) / 1e6, 1),
      held_after_mb: round(held(after) / 1e6, 1),
      left: after.counts,
      host: await ask<object>(host, {}),
    });
  } finally {
    for (const child of [load, pair, host, router]) {
      if (child.connected) child.disconnect();
      if (child.exitCode === null) await once(child, "exit");
    }
  }
}

interface Memory {
  rss: number;
  heapUsed: number;
  external: number;
  counts: object;
}

const held = ({ heapUsed, external }: Memory) => heapUsed + external;

/** Each load once: what it makes Node compile and set aside is no leak. */
async function warmUp(pair: ChildProcess, load: ChildProcess): Promise<void> {
  for (const name of Object.values(figures)) {
    await ask(load, { start: name });
    await measure(pair);
    await ask(load, { stop: true });
  }
}

async function compare(
  id: string,
  name: string,
  { pair, load }: Record<"router" | "pair" | "load", ChildProcess>,
): Promise<void> {
  const quiet: number[] = [];
  const loaded: number[] = [];
  const done: object[] = [];
  for (let count = 0; count < rounds; count++) {
    quiet.push(...(await measure(pair)));
    await ask(load, { start: name });
    loaded.push(...(await measure(pair)));
    done.push(await ask<object>(load, { stop: true }));
  }
  report({
    id,
    goal: 5,
    load: name,
    ratio: round(percentile(loaded, 99) / percentile(quiet, 99)),
    quiet_p99_ms: round(percentile(quiet, 99)),
    loaded_p99_ms: round(percentile(loaded, 99)),
    quiet_p50_ms: round(percentile(quiet, 50)),
    loaded_p50_ms: round(percentile(loaded, 50)),
    quiet_calls: quiet.length,
    loaded_calls: loaded.length,
    done,
  });
}

async function measure(pair: ChildProcess, ms = windowMs): Promise<number[]> {
  const { latencies } = await ask<{ latencies: number[] }>(pair, {
    windowMs: ms,
  });
  return latencies;
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const index = Math.ceil((sorted.length * percent) / 100) - 1;
  return sorted[index] ?? Number.NaN;
}

function start(role: string, args: string[]): ChildProcess {
  const script = process.argv[1] as string;
  const isFlag = (arg: string) => arg.startsWith("--");
  return fork(script, [role, ...args.filter((arg) => !isFlag(arg))], {
    execArgv: args.filter(isFlag),
  });
}

async function ask<T>(child: ChildProcess, message: object): Promise<T> {
  const abort = new AbortController();
  const { signal } = abort;
  const reply = once(child, "message", { signal });
  const end = once(child, "exit", { signal }).then(([code]) => {
    throw new Error(`a process of the benchmark ended: ${code}`);
  });
  child.send(message);
  try {
    const [value] = (await Promise.race([reply, end])) as [T];
    return value;
  } finally {
    end.catch(() => {});
    reply.catch(() => {});
    abort.abort();
  }
}

const roles: Record<string, (url: string) => Promise<unknown>> = {
  router: runRouter,
  host: runHost,
  pair: runPair,
  load: runLoads,
};

const [role = "", url = ""] = process.argv.slice(2);
(roles[role]?.(url) ?? main()).catch((error: unknown) => {
  process.exitCode = 1;
  process.stderr.write(`${String(error)}\n`);
});
