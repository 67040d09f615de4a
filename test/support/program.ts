import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { keep } from "./fixtures.js";
import { tempDir } from "./temp.js";

export type Program = {
  pid: number;
  /** The next line that it prints; throws when it ended instead. */
  line(): Promise<string>;
  send(line: string): void;
  /** Closes its stdin and waits; resolves with the exit code. */
  end(): Promise<number | undefined>;
  /** SIGKILL. */
  kill(): Promise<void>;
};

const root = join(__dirname, "../..");
/** A module that only the build makes. */
const generated = "sqlite-capture.script.js";

/**
 * Bundles a script of `programs/` with the package's sources, so that a test
 * can have more processes than its own. Start it with `startProgram`.
 */
export function bundleProgram(name: string): string {
  const outfile = join(tempDir("program"), `${name}.cjs`);
  // Its JavaScript door refuses to work inside Jest's sandbox.
  execFileSync(join(root, "node_modules/esbuild/bin/esbuild"), [
    join(__dirname, "programs", `${name}.ts`),
    ...["--bundle", "--platform=node", "--target=node20", "--format=cjs"],
    "--external:better-sqlite3",
    `--external:./${generated}`,
    "--log-level=error",
    `--outfile=${outfile}`,
  ]);
  copyFileSync(
    join(root, "dist/lib/source", generated),
    join(dirname(outfile), generated),
  );
  return outfile;
}

export function startProgram(
  file: string,
  args: readonly string[] = [],
  wrapper: readonly string[] = [],
): Program {
  const [command = "", ...rest] = [...wrapper, process.execPath, file, ...args];
  const child = execa(command, rest, {
    reject: false,
    buffer: false,
    stdin: "pipe",
    stderr: "inherit",
    cwd: dirname(file),
    env: { NODE_PATH: join(root, "node_modules") },
  });
  if (child.pid === undefined) throw new Error(`cannot start ${command}`);
  const { release } = keep(child.pid);
  const lines = createInterface({ input: child.stdout })[
    Symbol.asyncIterator
  ]();
  const ended = async () => {
    const { exitCode } = await child;
    release();
    return exitCode;
  };
  return {
    pid: child.pid,
    async line() {
      const { value, done } = await lines.next();
      if (done) throw new Error("the program ended");
      return value;
    },
    send: (line) => void child.stdin.write(`${line}\n`),
    end() {
      child.stdin.end();
      return ended();
    },
    async kill() {
      child.kill("SIGKILL");
      await ended();
    },
  };
}
