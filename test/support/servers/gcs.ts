import { tempDir } from "../temp.js";
import { toolPath } from "../tools.js";
import { type Server, startServer } from "./server.js";

export type GcsAccess = {
  /** http://127.0.0.1:PORT; takes requests without a signature. */
  endpoint: string;
  bucket: string;
};

export type GcsServer = Server & GcsAccess;

/** fake-gcs-server, all in memory, with one bucket (3 characters or more). */
export async function startGcs({
  bucket = "backups",
}: { bucket?: string } = {}): Promise<GcsServer> {
  const server = await startServer({
    dir: tempDir("gcs"),
    command: toolPath("fake-gcs-server"),
    args: (address) => [
      "-scheme=http",
      "-backend=memory",
      `-host=${new URL(`http://${address}`).hostname}`,
      `-port=${new URL(`http://${address}`).port}`,
      `-public-host=${address}`,
      "-log-level=warn",
    ],
  });
  const endpoint = `http://${server.address}`;
  try {
    await createBucket(endpoint, bucket);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { ...server, endpoint, bucket };
}

async function createBucket(endpoint: string, name: string): Promise<void> {
  const response = await fetch(`${endpoint}/storage/v1/b?project=test`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name }),
  });
  if (!response.ok) throw new Error(`bucket ${name}: ${response.status}`);
  await response.arrayBuffer();
}
