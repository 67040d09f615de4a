import { chmodSync, copyFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BackupError } from "../conat-api/index.js";
import { type Command, run, type RunOptions } from "../lib/exec.js";
import { isRunning } from "./support/processes.js";
import { bundleProgram, startProgram } from "./support/program.js";
import { tempDir } from "./support/temp.js";
import { describeReal } from "./support/tools.js";

const { PATH = "" } = process.env;

function sh(script: string, more: Partial<Command> = {}): Command {
  return { file: "sh", args: ["-c", script], env: { PATH }, ...more };
}

/** The error of a run that must fail, with how long it took. */
async function failure(command: Command, options: RunOptions = {}) {
  const started = performance.now();
  const error: unknown = await run(command, options).then(
    () => new Error("it did not fail"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof BackupError)) throw error;
  const { code, message } = error;
  return { error, code, message, tookMs: performance.now() - started };
}

describe("a command that ends by itself", () => {
  test("gives its exit code, whatever it is", async () => {
    await expect(run(sh("exit 0"))).resolves.toMatchObject({ exitCode: 0 });
    await expect(run(sh("exit 3"))).resolves.toMatchObject({ exitCode: 3 });
  });

  test("gives null when a signal from elsewhere ended it", async () => {
    const result = await run(sh("kill -TERM $$"));
    expect(result.exitCode).toBeNull();
  });

  test("gives both streams apart", async () => {
    const result = await run(sh("echo out; echo err >&2"));
    expect(result).toEqual({ exitCode: 0, stdout: "out\n", stderr: "err\n" });
  });

  test("sees exactly the environment that was given", async () => {
    const env = { PATH, ONLY: "this" };
    const { stdout } = await run({ file: "env", args: [], env });
    expect(stdout.trim().split("\n").toSorted()).toEqual([
      "ONLY=this",
      `PATH=${PATH}`,
    ]);
    const without = await run({ file: "/usr/bin/env", args: [] });
    expect(without.stdout).toBe("");
  });

  test("reads what it is given on stdin, else an empty stdin", async () => {
    const input = "x".repeat(300_000);
    const { stdout } = await run(sh("wc -c", { input }));
    expect(stdout.trim()).toBe("300000");
    expect((await run(sh("wc -c"))).stdout.trim()).toBe("0");
  });

  test("need not read its stdin", async () => {
    const input = "x".repeat(3_000_000);
    const result = await run(sh("echo done", { input }));
    expect(result).toMatchObject({ exitCode: 0, stdout: "done\n" });
  });

  test("runs in the directory that was named, else in /", async () => {
    const cwd = tempDir("cwd");
    expect((await run(sh("pwd", { cwd }))).stdout).toBe(`${cwd}\n`);
    expect((await run(sh("pwd"))).stdout).toBe("/\n");
  });

  test("leads a process group of its own, known as soon as it exists", async () => {
    let known = 0;
    const { stdout } = await run(sh("ps -o pgid= -p $$"), {
      onSpawn: (pgid) => {
        known = pgid;
      },
    });
    expect(Number(stdout)).toBe(known);
    expect(known).toBeGreaterThan(0);
  });
});

describe("lines", () => {
  async function linesOf(script: string) {
    const lines: string[] = [];
    const onLine = (line: string, stream: string) =>
      lines.push(`${stream} ${line}`);
    return { ...(await run(sh(script), { onLine })), lines };
  }

  test("that come in pieces are put together", async () => {
    const { lines } = await linesOf(
      "printf on; sleep 0.1; printf 'e\\ntw'; sleep 0.1; printf 'o\\n\\nx\\n'",
    );
    expect(lines).toEqual(["stdout one", "stdout two", "stdout ", "stdout x"]);
  });

  test("need no newline at the end", async () => {
    const { lines, stderr } = await linesOf("printf 'a\\nb' >&2");
    expect(lines).toEqual(["stderr a", "stderr b"]);
    expect(stderr).toBe("a\nb");
  });

  test("keep a character that is split between two chunks", async () => {
    const { lines, stdout } = await linesOf(
      "printf '\\303'; sleep 0.1; printf '\\244\\n'",
    );
    expect(lines).toEqual(["stdout ä"]);
    expect(stdout).toBe("ä\n");
  });

  test("that are no UTF-8 show replacement characters", async () => {
    const { lines } = await linesOf("printf 'a\\377b\\nc\\n'");
    expect(lines).toEqual(["stdout a\uFFFDb", "stdout c"]);
  });

  test("of one hundred megabytes come in time, in one piece", async () => {
    let longest = 0;
    const command = sh("head -c 100000000 /dev/zero | tr '\\0' x");
    await run(command, {
      onLine: (line) => {
        longest = Math.max(longest, line.length);
      },
    });
    // More than this of one line is not kept.
    expect(longest).toBe(64 * 1024 * 1024);
  }, 20_000);
});

describe("raw stdout", () => {
  test("comes byte by byte, and is neither kept nor read as lines", async () => {
    const chunks: Buffer[] = [];
    const lines: string[] = [];
    const result = await run(sh("printf '\\377\\000\\nx'; echo err >&2"), {
      onStdout: (chunk) => chunks.push(chunk),
      onLine: (line, stream) => lines.push(`${stream} ${line}`),
    });
    expect(Buffer.concat(chunks)).toEqual(Buffer.from([255, 0, 10, 120]));
    expect(result).toEqual({ exitCode: 0, stdout: "", stderr: "err\n" });
    expect(lines).toEqual(["stderr err"]);
  });

  test("of one hundred megabytes comes whole", async () => {
    let length = 0;
    await run(sh("head -c 100000000 /dev/zero"), {
      onStdout: (chunk) => (length += chunk.length),
    });
    expect(length).toBe(100_000_000);
  });
});

test("of a huge output only the end is kept", async () => {
  const script = "yes 0123456789 | head -c 3000000 >&2; echo end >&2";
  const { stderr } = await run(sh(script));
  expect(stderr.length).toBe(64 * 1024);
  expect(stderr.endsWith("end\n")).toBe(true);
});

describe("a command that cannot start", () => {
  test("is COMMAND_MISSING when the program is not there", async () => {
    const command = { file: "no-such-program", args: [], env: { PATH } };
    const { code, message } = await failure(command);
    expect(code).toBe("COMMAND_MISSING");
    expect(message).toContain("no-such-program");
  });

  test("is COMMAND_MISSING when the program may not be run", async () => {
    const file = join(tempDir("plain"), "file");
    writeFileSync(file, "");
    await expect(failure({ file, args: [] })).resolves.toMatchObject({
      code: "COMMAND_MISSING",
    });
  });

  test("is told from a directory that is not there", async () => {
    const { code, message } = await failure(sh("true", { cwd: "/no/such" }));
    expect(code).toBe("FILESYSTEM_FAILED");
    expect(message).toContain("/no/such");
  });
});

describe("an abort", () => {
  test("kills the grandchildren too, and is CANCELLED", async () => {
    const controller = new AbortController();
    const pids: number[] = [];
    const { code, tookMs } = await failure(
      sh("sleep 1000 & echo $!; sh -c 'sleep 1000 & echo $!; wait' & wait"),
      {
        signal: controller.signal,
        onLine: (line) => {
          pids.push(Number(line));
          if (pids.length === 2) controller.abort();
        },
      },
    );
    expect(code).toBe("CANCELLED");
    expect(tookMs).toBeLessThan(5000);
    await sleep(50);
    expect(pids.map(isRunning)).toEqual([false, false]);
  });

  test("throws the error that the signal carries", async () => {
    const controller = new AbortController();
    const reason = new BackupError("INTERRUPTED", "The host closes.");
    const { error } = await failure(sh("sleep 1000"), {
      signal: controller.signal,
      onSpawn: () => controller.abort(reason),
    });
    expect(error).toBe(reason);
  });

  test("cannot be ignored: a command that traps signals dies too", async () => {
    const controller = new AbortController();
    const { code } = await failure(
      sh("trap '' TERM INT HUP; echo ready; while :; do sleep 0.1; done"),
      { signal: controller.signal, onLine: () => controller.abort() },
    );
    expect(code).toBe("CANCELLED");
  });

  test("before the start spawns nothing", async () => {
    const path = join(tempDir("spawned"), "yes");
    const spawned: number[] = [];
    const { code } = await failure(sh(`touch ${path}`), {
      signal: AbortSignal.abort(),
      onSpawn: (pgid) => spawned.push(pgid),
    });
    expect(code).toBe("CANCELLED");
    expect(spawned).toEqual([]);
    await sleep(100);
    expect(existsSync(path)).toBe(false);
  });

  test("does not wait for what left the group with the output open", async () => {
    const controller = new AbortController();
    let left = 0;
    const { code, tookMs } = await failure(
      sh("setsid sleep 1000 & echo $!; wait"),
      {
        signal: controller.signal,
        onLine: (line) => {
          left = Number(line);
          setTimeout(() => controller.abort(), 50);
        },
      },
    );
    process.kill(left, "SIGKILL");
    expect(code).toBe("CANCELLED");
    expect(tookMs).toBeLessThan(5000);
  });

  test("after the end changes nothing", async () => {
    const controller = new AbortController();
    const result = await run(sh("echo done"), { signal: controller.signal });
    controller.abort();
    expect(result.stdout).toBe("done\n");
  });
});

describe("a callback that throws ends the command", () => {
  test("when it is told the group", async () => {
    let pid = 0;
    const running = run(sh("sleep 1000"), {
      onSpawn: (pgid) => {
        pid = pgid;
        throw new Error("the row cannot be written");
      },
    });
    await expect(running).rejects.toThrow("the row cannot be written");
    expect(isRunning(pid)).toBe(false);
  });

  test("when it is told a line", async () => {
    const running = run(sh("echo $$; sleep 1000"), {
      onLine: (line) => {
        throw new Error(line);
      },
    });
    const error: unknown = await running.catch((reason: unknown) => reason);
    expect(isRunning(Number((error as Error).message))).toBe(false);
  });
});

test("a callback that throws at raw stdout ends the command", async () => {
  const running = run(sh("echo $$; sleep 1000"), {
    onStdout: (chunk) => {
      throw new Error(chunk.toString());
    },
  });
  const error: unknown = await running.catch((reason: unknown) => reason);
  expect(isRunning(Number((error as Error).message))).toBe(false);
});

describe("a command without output", () => {
  const idleTimeoutMs = 500;

  test("is STALLED when it does nothing at all", async () => {
    const { code, tookMs } = await failure(sh("kill -STOP $$"), {
      idleTimeoutMs,
    });
    expect(code).toBe("STALLED");
    expect(tookMs).toBeGreaterThan(idleTimeoutMs - 20);
    expect(tookMs).toBeLessThan(idleTimeoutMs * 4);
  });

  test("goes on while it computes", async () => {
    const busy = "i=0; while [ ! -e stop ]; do i=$((i+1)); done";
    const cwd = tempDir("busy");
    setTimeout(() => writeFileSync(join(cwd, "stop"), ""), idleTimeoutMs * 3);
    const result = await run(sh(busy, { cwd }), { idleTimeoutMs });
    expect(result.exitCode).toBe(0);
  });

  test("goes on while a grandchild reads and writes, however slowly", async () => {
    const cwd = tempDir("slow");
    writeFileSync(
      join(cwd, "grandchild"),
      "for i in $(seq 20); do echo x > file; read x < file; sleep 0.08; done",
    );
    const command = sh("sh grandchild; true", { cwd });
    const result = await run(command, { idleTimeoutMs });
    expect(result.exitCode).toBe(0);
  });

  test("is not STALLED by a clock that jumps, forwards or back", async () => {
    const clock = jest.spyOn(Date, "now");
    try {
      const real = performance.timeOrigin;
      let at = real;
      const jumps = setInterval(() => {
        at += at > real ? -3_600_000 : 3_600_000;
        clock.mockReturnValue(at);
      }, 40);
      const command = sh("for i in 1 2 3 4; do echo x; sleep 0.3; done");
      const result = await run(command, { idleTimeoutMs: 600 });
      clearInterval(jumps);
      expect(result.exitCode).toBe(0);
    } finally {
      clock.mockRestore();
    }
  });

  test("is not STALLED by a host that could not look for a while", async () => {
    const blocked = setTimeout(() => {
      const until = performance.now() + idleTimeoutMs * 1.2;
      while (performance.now() < until);
    }, 50);
    const command = sh(`sleep ${(idleTimeoutMs * 1.4) / 1000}`);
    const result = await run(command, { idleTimeoutMs });
    clearTimeout(blocked);
    expect(result.exitCode).toBe(0);
  });
});

describeReal("a command of another user", { needs: ["root"] }, () => {
  test("is killed with the help that started it", async () => {
    const help = asRoot();
    const program = startProgram(
      bundleProgram("abort-a-command"),
      [help],
      [
        ...["setpriv", "--reuid", "65534", "--regid", "65534"],
        "--clear-groups",
      ],
    );
    const pid = Number(await program.line());
    expect(isRunning(pid)).toBe(true);
    program.send("abort");
    expect(await program.line()).toBe("CANCELLED");
    expect(await program.end()).toBe(0);
    expect(isRunning(pid)).toBe(false);
  });

  /** Lets anybody run a program as root, as sudo does. */
  function asRoot(): string {
    const path = join(tempDir("sudo"), "setpriv");
    copyFileSync("/usr/bin/setpriv", path);
    chmodSync(path, 0o4755);
    return path;
  }
});
