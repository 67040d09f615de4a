import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Failure, Interrupted } from "./failure.mjs";

const FIRST_LINES = 10;
const LAST_LINES = 20;
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/** Run a command with its output read line by line.
 * Resolves to { code, stdout, excerpt }, whatever the exit code; 127 when there
 * is no such command. `excerpt` holds the first and the last lines of both
 * streams: npm says what is wrong first, then how it is used. */
export async function run(command, args, { onLine, ...options } = {}) {
  const excerpt = [];
  const stdout = [];
  const keep = (line) => {
    excerpt.push(line);
    if (excerpt.length > FIRST_LINES + LAST_LINES) {
      excerpt.splice(FIRST_LINES, 2, "...");
    }
    onLine?.(line);
  };
  const code = await ended(command, args, {
    ...options,
    stdio: ["ignore", "pipe", "pipe"],
    started(child) {
      eachLine(child.stdout, (line) => {
        stdout.push(line);
        keep(line);
      });
      eachLine(child.stderr, keep);
    },
    notStarted: (error) => keep(error.message),
  });
  return { code, excerpt, stdout: stdout.join("\n") };
}

/** Run a command that talks to the terminal itself; resolves to its exit
 * code. `always`: pass on every signal. */
export async function show(command, args, options = {}) {
  return ended(command, args, { stdio: "inherit", ...options });
}

/** Like run(), but anything except exit code 0 is a Failure. */
export async function mustRun(command, args, { what, advice, ...options }) {
  const result = await run(command, args, options);
  if (result.code !== 0) {
    throw new Failure(`${what} failed (exit code ${result.code}).`, {
      advice: typeof advice === "function" ? advice(result.excerpt) : advice,
      excerpt: result.excerpt,
    });
  }
  return result;
}

function ended(command, args, { started, notStarted, always, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options);
    const signals = passSignals(child, always);
    child.on("error", (error) => {
      signals.stop();
      notStarted?.(error);
      resolve(error.code === "ENOENT" ? 127 : 126);
    });
    child.on("close", (code, signal) => {
      signals.stop();
      if (signals.seen) {
        reject(interrupted(signals.seen, code));
      } else {
        resolve(code ?? 128 + (SIGNALS[signal] ?? 9));
      }
    });
    started?.(child);
  });
}

/** Our end is the child's end. A terminal's Ctrl-C reaches it without us, and
 * a second SIGINT would make some programs skip their clean-up; ours take two
 * within a second for one (`always`). */
function passSignals(child, always) {
  const state = { seen: undefined, stop };
  const handlers = Object.keys(SIGNALS).map((signal) => [
    signal,
    () => {
      state.seen = signal;
      if (always || signal !== "SIGINT" || !process.stdin.isTTY) {
        child.kill(signal);
      }
    },
  ]);
  handlers.forEach(([signal, handler]) => process.on(signal, handler));
  function stop() {
    handlers.forEach(([signal, handler]) => process.off(signal, handler));
  }
  return state;
}

function interrupted(signal, code) {
  const error = new Interrupted(`Stopped by ${signal}.`, {
    exitCode: 128 + SIGNALS[signal],
  });
  // How the command itself ended: one that closes cleanly has 0.
  return Object.assign(error, { code });
}

function eachLine(stream, onLine) {
  createInterface({ input: stream }).on("line", onLine);
}
