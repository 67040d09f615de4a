import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "../temp.js";
import { toolPath } from "../tools.js";
import { type Server, startServer } from "./server.js";

export type RestAccess = {
  /** http://127.0.0.1:PORT/ without credentials; a path may follow. */
  url: string;
  username: string;
  password: string;
};

export type RestServer = Server &
  RestAccess & {
    /** The access of each of `users`, in that order. */
    accounts: RestAccess[];
    /** Where the server keeps its files. */
    storage: string;
  };

/**
 * `rclone serve restic`. `appendOnly`: nothing can be deleted or overwritten;
 * `privateRepos`: each user sees only `/<username>/`, and `url` includes it.
 */
export async function startRest({
  appendOnly = false,
  privateRepos = false,
  users = ["backup"],
}: {
  appendOnly?: boolean;
  privateRepos?: boolean;
  users?: readonly [string, ...string[]];
} = {}): Promise<RestServer> {
  const dir = tempDir("rest");
  const storage = join(dir, "storage");
  mkdirSync(storage);
  const credentials = users.map((username) => ({
    username,
    password: randomBytes(12).toString("hex"),
  }));
  const htpasswd = join(dir, "htpasswd");
  writeFileSync(htpasswd, credentials.map(passwordLine).join(""), {
    mode: 0o600,
  });
  const server = await startServer({
    dir,
    command: toolPath("rclone"),
    env: { RCLONE_CONFIG: join(dir, "rclone.conf") },
    args: (address) => [
      "serve",
      "restic",
      `--addr=${address}`,
      `--htpasswd=${htpasswd}`,
      ...(appendOnly ? ["--append-only"] : []),
      ...(privateRepos ? ["--private-repos"] : []),
      // With the cache on it answers for objects that are gone.
      "--cache-objects=false",
      storage,
    ],
  });
  const accounts = credentials.map((account) => {
    const path = privateRepos ? `${account.username}/` : "";
    return { ...account, url: `http://${server.address}/${path}` };
  });
  const [first] = accounts;
  if (first === undefined) throw new Error("a REST server needs a user");
  return { ...server, ...first, accounts, storage };
}

/** A line of htpasswd; SHA-1, as node has no bcrypt and rclone takes both. */
function passwordLine(account: { username: string; password: string }): string {
  const hash = createHash("sha1").update(account.password).digest("base64");
  return `${account.username}:{SHA}${hash}\n`;
}
