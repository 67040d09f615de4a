import {
  chmodSync,
  lchownSync,
  linkSync,
  mkdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { execa } from "execa";

/**
 * `links/` and `special/`: all file types, and what links can be. But no hard
 * links to symlinks or FIFOs: rustic 0.11.4 restores those as separate files.
 */
export async function addSpecialFiles(root: string): Promise<void> {
  addLinks(join(root, "links"));
  await addNodes(join(root, "special"));
}

function addLinks(dir: string): void {
  mkdirSync(join(dir, "elsewhere"), { recursive: true });
  const file = join(dir, "file");
  writeFileSync(file, "one file, three names\n");
  linkSync(file, join(dir, "hard"));
  linkSync(file, join(dir, "elsewhere/hard"));
  const targets = {
    relative: "file",
    upwards: "../contents/pattern",
    absolute: "/etc/passwd",
    dangling: "no/such/file",
    loop: "loop",
    "to-dir": "elsewhere",
    "out-of-tree": "../../../../outside",
    "long-target": "x/".repeat(500),
    "new\nline": "new\nline\\n",
  };
  for (const [name, target] of Object.entries(targets)) {
    symlinkSync(target, join(dir, name));
  }
  symlinkSync(Buffer.from([0xff, 0xfe]), join(dir, "bytes"));
  lchownSync(join(dir, "relative"), 1_234_567, 7_654_321);
}

async function addNodes(dir: string): Promise<void> {
  mkdirSync(dir);
  const inDir = { cwd: dir };
  await execa("mkfifo", ["fifo"], inDir);
  await execa("mknod", ["null", "c", "1", "3"], inDir);
  await execa("mknod", ["block", "b", "7", "250"], inDir);
  await execa("node", ["-e", leaveSocket], inDir);
  chmodSync(join(dir, "fifo"), 0o622);
}

/** Closing a server unlinks its socket; another hard link to it stays. */
const leaveSocket = `
const server = require("node:net").createServer();
server.listen("bound", () => {
  require("node:fs").linkSync("bound", "socket");
  server.close();
});
`;
