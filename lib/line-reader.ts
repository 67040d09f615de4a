/** Splits a byte stream into lines and keeps its last bytes as text. */

import { StringDecoder } from "node:string_decoder";

export interface LineReader {
  push(chunk: Buffer): void;
  /** Hands on an unfinished last line; all that was kept, as text. */
  end(): string;
}

/** Keeps the newest characters: at least `limit`, at most twice as many. */
export function createLineReader(
  limit: number,
  onLine: (line: string) => void,
): LineReader {
  const decoder = new StringDecoder("utf8");
  const kept = createTail(limit);
  const partial = createTail(limit);

  const take = (text: string) => {
    kept.add(text);
    let from = 0;
    // Only what is new is searched: a line may come in thousands of chunks.
    for (
      let end = text.indexOf("\n");
      end !== -1;
      end = text.indexOf("\n", from)
    ) {
      partial.add(text.slice(from, end));
      from = end + 1;
      onLine(partial.take());
    }
    partial.add(text.slice(from));
  };

  return {
    push: (chunk) => take(decoder.write(chunk)),
    end() {
      take(decoder.end());
      const last = partial.take();
      if (last) onLine(last);
      return kept.take();
    },
  };
}

/** Text of which only the end is kept. */
function createTail(limit: number) {
  let parts: string[] = [];
  let length = 0;
  return {
    add(text: string) {
      parts.push(text);
      length += text.length;
      if (length <= 2 * limit) return;
      parts = [parts.join("").slice(-limit)];
      length = limit;
    },
    take(): string {
      const text = parts.join("").slice(-limit);
      parts = [];
      length = 0;
      return text;
    },
  };
}
