/** execa that starts stand-in programs, without a world around them. */

import { existsSync } from "node:fs";
import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Script } from "../programs/program.js";
import { hasProgram, startProgram } from "../programs/start.js";

interface Options {
  cwd: string;
  env: Readonly<Record<string, string>>;
  input: string;
}

interface Result {
  exitCode?: number;
  signal?: string;
  code?: string;
  originalMessage?: string;
}

export type Alone = ReturnType<typeof createAlone>;

/** No pid of Linux is as large. */
const firstPid = 5_000_000;

export function createAlone() {
  const running = new Map<number, () => void>();
  let scripted: { word: string; script: Script } | undefined;
  let nextPid = firstPid;

  const scriptFor = (args: readonly string[]): Script => {
    if (!scripted || !args.includes(scripted.word)) return {};
    const { script } = scripted;
    scripted = undefined;
    return script;
  };

  return {
    execa(file: string, args: readonly string[], options: Options) {
      if (!existsSync(options.cwd) || !hasProgram(file)) return missing(file);
      const pid = nextPid++;
      const script = scriptFor(args);
      const started = start(file, { ...options, args, pid, script });
      running.set(pid, started.kill);
      const ended = started.ended.finally(() => running.delete(pid));
      return Object.assign(ended, { pid, ...started.streams });
    },
    /** The next run with this word in its arguments goes by the script. */
    script(word: string, script: Script): void {
      scripted = { word, script };
    },
    isOurs: (pid: number) => Math.abs(pid) >= firstPid,
    /** @throws Error ESRCH, as `process.kill` does. */
    kill(pid: number): true {
      const kill = running.get(Math.abs(pid));
      if (!kill)
        throw Object.assign(new Error("kill ESRCH"), { code: "ESRCH" });
      kill();
      return true;
    },
  };
}

function missing(file: string) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const originalMessage = `spawn ${file} ENOENT`;
  const result: Result = { code: "ENOENT", originalMessage };
  const pid = undefined;
  return Object.assign(Promise.resolve(result), { pid, stdout, stderr });
}

interface Start extends Options {
  args: readonly string[];
  pid: number;
  script: Script;
}

/** A killed program stops at its next `work`, and never says a word again. */
function start(file: string, options: Start) {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  let kill = () => {};
  let alive = true;
  const killed = new Promise<Result>((resolve) => {
    kill = () => {
      alive = false;
      resolve({ signal: "SIGKILL" });
    };
  });
  const say = (stream: PassThrough) => (text: string | Buffer) => {
    if (alive && !stream.destroyed) stream.write(text);
  };
  const exited = startProgram(file, {
    ...options,
    out: say(streams.stdout),
    err: say(streams.stderr),
    wouldStill() {},
    async work(ms) {
      await sleep(Math.min(ms, 1));
      if (!alive) await new Promise(() => {});
    },
  });
  const ended = Promise.race([
    exited.then((exitCode): Result => ({ exitCode })),
    killed,
  ]).then((result) => close(streams, result));
  return { streams, ended, kill };
}

/** execa's result comes after all that was said. */
async function close(
  streams: { stdout: PassThrough; stderr: PassThrough },
  result: Result,
): Promise<Result> {
  for (const stream of Object.values(streams)) {
    stream.end();
    await finished(stream, { writable: false }).catch(() => {});
  }
  return result;
}
