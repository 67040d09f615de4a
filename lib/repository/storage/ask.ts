/** One request to a storage, as it is: no redirect is followed. */

import {
  Agent as HttpAgent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as httpRequest,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { BackupError } from "../../../conat-api/index.js";
import { abortError } from "../../aborted.js";

export interface Question {
  method: "GET" | "HEAD";
  /** A user name and password in it become basic authentication. */
  url: URL;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface AskOptions {
  signal?: AbortSignal | undefined;
  /** PEM: beside these no other authority is trusted. */
  ca?: Buffer | undefined;
  agent?: HttpAgent | undefined;
}

const timeoutMs = 30_000;
const bodyLimit = 64 * 1024;
const atOnce = 16;

/** Connections that are kept: close them by `destroy`. */
export function connections(url: URL): HttpAgent {
  const Agent = url.protocol === "https:" ? HttpsAgent : HttpAgent;
  return new Agent({ keepAlive: true, maxSockets: atOnce });
}

/** @throws BackupError REPOSITORY_UNREACHABLE, or the signal's reason. */
export async function ask(
  question: Question,
  options: AskOptions = {},
): Promise<Answer> {
  const { signal } = options;
  if (signal?.aborted) throw abortError(signal);
  const asked = send(question, options);
  let timer: NodeJS.Timeout | undefined;
  // Not from the start: it may have waited for a connection.
  asked.on("socket", () => {
    const tooLong = () => asked.destroy(new Error("timed out"));
    timer = setTimeout(tooLong, timeoutMs);
  });
  try {
    const response = await responseOf(asked);
    const { statusCode: status = 0, headers } = response;
    return { status, headers, body: await readBody(response) };
  } catch (error) {
    throw signal?.aborted ? abortError(signal) : unanswered(error);
  } finally {
    clearTimeout(timer);
  }
}

function send(
  { method, url, headers = {} }: Question,
  { signal, ca, agent }: AskOptions,
): ClientRequest {
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  return request(url, {
    method,
    headers,
    ...(signal ? { signal } : {}),
    ...(ca ? { ca } : {}),
    ...(agent ? { agent } : {}),
  });
}

function responseOf(asked: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.on("response", resolve);
    asked.on("error", reject);
    asked.end();
  });
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    length += (chunk as Buffer).length;
    if (length > bodyLimit) throw new Error("the answer is too long");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

function unanswered(cause: unknown): BackupError {
  return new BackupError(
    "REPOSITORY_UNREACHABLE",
    "The repository's server does not answer.",
    { hint: "Check the network and the server.", cause },
  );
}
