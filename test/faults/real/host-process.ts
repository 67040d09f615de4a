/** The host's process as its parent sees it: it may be gone at any time. */

import { createInterface } from "node:readline";
import { execa } from "execa";
import type { Input, MethodName, Output } from "../../../conat-api/index.js";
import { keep } from "../../support/fixtures.js";

export interface HostProcess {
  pid: number;
  /** false: it ended instead. */
  ready: Promise<boolean>;
  /** undefined: it died before it answered. */
  call<M extends MethodName>(
    method: M,
    input: Input<M>,
  ): Promise<Answer<M> | undefined>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Lets it finish its jobs; resolves with its exit code. */
  close(): Promise<number | undefined>;
}

export type Answer<M extends MethodName> =
  | { result: Output<M>; error?: undefined }
  | { result?: undefined; error: string };

/** This program again, in the role of the host. */
export function startHost(args: readonly string[]): HostProcess {
  const [script = ""] = process.argv.slice(1);
  const child = execa(process.execPath, [script, "--engine", ...args], {
    reject: false,
    buffer: false,
    stdin: "pipe",
    stderr: "inherit",
  });
  if (child.pid === undefined) throw new Error("node does not start");
  const { release } = keep(child.pid);
  // Writing to a process that is just dying is no error of ours.
  child.stdin.on("error", () => {});
  const replies = readReplies(child);
  const ended = async () => {
    const { exitCode } = await child;
    release();
    return exitCode;
  };
  let calls = 0;
  return {
    pid: child.pid,
    ready: replies.ready,
    async call(method, input) {
      const id = ++calls;
      const reply = replies.of(id);
      child.stdin.write(`${JSON.stringify({ id, method, input })}\n`);
      return (await reply) as never;
    },
    async kill() {
      child.kill("SIGKILL");
      await ended();
    },
    close() {
      child.stdin.end();
      return ended();
    },
  };
}

interface Reply {
  id?: number;
  ready?: true;
}

function readReplies(child: { stdout: NodeJS.ReadableStream }): {
  ready: Promise<boolean>;
  of(id: number): Promise<Reply | undefined>;
} {
  const waiting = new Map<number, (reply: Reply | undefined) => void>();
  let open = true;
  let tellReady: (ready: boolean) => void = () => {};
  const ready = new Promise<boolean>((resolve) => (tellReady = resolve));
  const take = (reply: Reply) => {
    if (reply.ready) return tellReady(true);
    waiting.get(reply.id ?? 0)?.(reply);
    waiting.delete(reply.id ?? 0);
  };
  const read = async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      // A line that was cut short by the kill was never said.
      if (line.endsWith("}")) take(JSON.parse(line) as Reply);
    }
  };
  void read().finally(() => {
    open = false;
    tellReady(false);
    for (const resolve of waiting.values()) resolve(undefined);
  });
  return {
    ready,
    of: (id) =>
      new Promise((resolve) => {
        if (open) waiting.set(id, resolve);
        else resolve(undefined);
      }),
  };
}
