import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

const ANSWER_MS = 5_000;
const IDLE_MS = 30_000;

export async function downloadText(url) {
  const { response } = await request(url);
  return response.text();
}

/** Write what `url` holds to a file. Gives up on a server that does not
 * answer within seconds or stops sending. */
export async function download(url, file, onProgress) {
  const { response, abort } = await request(url);
  const total = Number(response.headers.get("content-length"));
  const stalled = setTimeout(abort, IDLE_MS);
  let bytes = 0;
  const meter = new Transform({
    transform(chunk, _encoding, done) {
      stalled.refresh();
      bytes += chunk.length;
      onProgress(`${megabytes(bytes)} of ${total ? megabytes(total) : "?"} MB`);
      done(null, chunk);
    },
  });
  try {
    const body = Readable.fromWeb(response.body);
    await pipeline(body, meter, createWriteStream(file));
  } catch (cause) {
    throw new Error(`the download broke off (${cause.message})`, { cause });
  } finally {
    clearTimeout(stalled);
  }
}

/** Errors have `unreachable: true` when there was no answer at all. */
async function request(url) {
  const controller = new AbortController();
  const abort = () => controller.abort(new Error("the server stalled"));
  const silent = setTimeout(abort, ANSWER_MS);
  try {
    const response = await fetch(url, { signal: controller.signal });
    if (!response.ok) {
      throw new Error(`${response.status} ${response.statusText}`);
    }
    return { response, abort };
  } catch (error) {
    if (controller.signal.aborted || error instanceof TypeError) {
      const why = error.cause?.code ?? error.message;
      const host = new URL(url).host;
      throw Object.assign(new Error(`${host} cannot be reached (${why})`), {
        unreachable: true,
      });
    }
    throw error;
  } finally {
    clearTimeout(silent);
  }
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(1);
}
