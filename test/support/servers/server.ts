import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { keep } from "../fixtures.js";

export type Server = {
  pid: number;
  /** 127.0.0.1:PORT */
  address: string;
  /** File with all the server wrote to stdout and stderr. */
  log: string;
  /** SIGTERM, after 3 s SIGKILL; resolves when the process has ended. */
  stop(): Promise<void>;
};

export type ServerOptions = {
  /** Existing directory for the log. */
  dir: string;
  command: string;
  args: (address: string) => string[];
  env?: Record<string, string>;
};

/** Starts a server on a free loopback port and waits until it answers HTTP. */
export async function startServer(options: ServerOptions): Promise<Server> {
  // Another process can take the free port before the server binds it.
  for (let attempt = 1; ; attempt++) {
    const server = await startAt(`127.0.0.1:${await freePort()}`, options);
    if (await answers(server)) return server;
    await server.stop();
    if (attempt === 3) {
      throw new Error(
        `${options.command}: ${readFileSync(server.log, "utf8")}`,
      );
    }
  }
}

type Started = Server & { ended: AbortSignal };

async function startAt(
  address: string,
  { dir, command, args, env = {} }: ServerOptions,
): Promise<Started> {
  const log = join(dir, "server.log");
  const child = execa(command, args(address), {
    env,
    stdin: "ignore",
    stdout: { file: log, append: true },
    stderr: { file: log, append: true },
    reject: false,
    forceKillAfterDelay: 3000,
  });
  if (child.pid === undefined) throw new Error(`cannot start ${command}`);
  const { release } = keep(child.pid);
  const ended = new AbortController();
  const end = child.then(() => ended.abort());
  const stop = async () => {
    child.kill("SIGTERM");
    await end;
    release();
  };
  return { pid: child.pid, address, log, stop, ended: ended.signal };
}

async function answers({ address, ended }: Started): Promise<boolean> {
  const deadline = Date.now() + 15_000;
  while (!ended.aborted && Date.now() < deadline) {
    try {
      await fetch(`http://${address}/`, { signal: ended });
      return !ended.aborted;
    } catch {
      await sleep(20);
    }
  }
  return false;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = address !== null && typeof address === "object";
      probe.close(() => resolve(port ? address.port : 0));
    });
  });
}
