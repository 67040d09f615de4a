import { once } from "node:events";
import { join } from "node:path";
import { execa } from "execa";
import { runCli } from "./cli.js";
import { keep } from "./fixtures.js";
import { descendants, readProcesses } from "./processes.js";
import { tempDir } from "./temp.js";
import { until } from "./until.js";

const packageRoot = join(__dirname, "..", "..");

export type StartedHost = {
  /** All that `npm start` has printed. */
  printed(): string;
  url: string;
  /** Of the page, signed in as the owner. */
  link: string;
  project_id: string;
  projectDir: string;
  dataDir: string;
  /** For another start of it. */
  home: string;
  /** A command on its data directory; its document. */
  json<T = Record<string, unknown>>(...args: string[]): Promise<T>;
  /** As a terminal does it; resolves to the exit code. */
  interrupt(): Promise<number | undefined>;
  /** As the kernel does it, the whole host at once. */
  kill(): Promise<void>;
};

/** What `npm start` runs, on a home of its own and any free port. */
export async function startHost({
  home = tempDir("home"),
  args = [] as readonly string[],
  env = {} as Record<string, string>,
} = {}): Promise<StartedHost> {
  const script = join(packageRoot, "scripts", "start.mjs");
  const child = execa(process.execPath, [script, "--port", "0", ...args], {
    env: { ...env, PROJECT_BACKUPS_HOME: home },
    all: true,
    reject: false,
    stdin: "ignore",
  });
  const { release } = keep(child.pid ?? 0);
  let text = "";
  child.all.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const printed = () => text;
  await Promise.race([
    until(() => text.includes("Ctrl-C ends it."), 120_000),
    once(child, "exit").then(() => {
      throw new Error(`it ended: ${text}`);
    }),
  ]);
  const found = (pattern: RegExp) => pattern.exec(text)?.[1] ?? "";
  const dataDir = join(home, "host");
  return {
    printed,
    url: found(/serves (http\S+)/),
    link: found(/Sign in .*: (http\S+)/),
    project_id: found(/Project (\S+)/),
    projectDir: found(/Project \S+\n {2}in (.+)/),
    dataDir,
    home,
    async json<T>(...args: string[]) {
      const all = ["--data-dir", dataDir, "--json", ...args];
      return (await runCli(all)).json<T>();
    },
    async interrupt() {
      child.kill("SIGINT");
      const { exitCode } = await child;
      release();
      return exitCode;
    },
    async kill() {
      for (const pid of descendants(readProcesses(), new Set([pidOf(child)]))) {
        killIfRunning(pid);
      }
      await child;
      release();
    },
  };
}

function pidOf({ pid }: { pid?: number | undefined }): number {
  if (pid === undefined) throw new Error("it was never started");
  return pid;
}

function killIfRunning(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // One of its own may have ended with it.
    if ((error as { code?: string }).code !== "ESRCH") throw error;
  }
}
