import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "../temp.js";
import { toolPath } from "../tools.js";
import { type Server, startServer } from "./server.js";

export type S3Access = {
  /** http://127.0.0.1:PORT */
  endpoint: string;
  region: string;
  bucket: string;
  access_key_id: string;
  secret_access_key: string;
};

/** `storage` is the bucket's directory: an object is a file in it. */
export type S3Server = Server & S3Access & { storage: string };

/** versitygw over a directory: real signatures, one existing bucket. */
export async function startS3({
  bucket = "backups",
}: { bucket?: string } = {}): Promise<S3Server> {
  const dir = tempDir("s3");
  const buckets = join(dir, "buckets");
  const storage = join(buckets, bucket);
  mkdirSync(storage, { recursive: true });
  const region = "us-east-1";
  const access_key_id = `test-${randomBytes(6).toString("hex")}`;
  const secret_access_key = randomBytes(20).toString("hex");
  const server = await startServer({
    dir,
    command: toolPath("versitygw"),
    env: {
      ROOT_ACCESS_KEY: access_key_id,
      ROOT_SECRET_KEY: secret_access_key,
    },
    args: (address) => [
      "--quiet",
      `--region=${region}`,
      `--port=${address}`,
      "posix",
      buckets,
    ],
  });
  const endpoint = `http://${server.address}`;
  const access = { endpoint, region, bucket, access_key_id, secret_access_key };
  return { ...server, ...access, storage };
}
