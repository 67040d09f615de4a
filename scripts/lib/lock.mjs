import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { say } from "./progress.mjs";

/** Run `work` while no other process runs work of that name in that
 * directory. The lock is an abstract Unix socket: the kernel frees it when
 * its holder dies, so there is no stale lock to judge. Where there are none
 * (outside Linux, in another container) nothing is locked: each install is
 * still whole, made in a directory of its own and renamed into place. */
export async function withLock(name, directory, work) {
  const release = await acquire(name, directory);
  try {
    return await work();
  } finally {
    release();
  }
}

async function acquire(name, directory) {
  if (process.platform !== "linux") {
    return () => {};
  }
  const hash = createHash("sha256").update(directory).digest("hex");
  const address = `\0project-backups-${name}-${hash.slice(0, 16)}`;
  for (let waited = false; ; waited = true) {
    const server = await listen(address);
    if (server) {
      return () => server.close();
    }
    if (!waited) {
      say(`Waiting for another set-up that is busy with ${name} ...`);
    }
    await sleep(500);
  }
}

function listen(address) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.unref();
    server.on("error", (error) =>
      error.code === "EADDRINUSE" ? resolve(undefined) : reject(error),
    );
    server.listen(address, () => resolve(server));
  });
}
