/** Splits a byte stream into lines and keeps its last bytes as text. */

import { StringDecoder } from "node:string_decoder";

export interface LineReader {
  push(chunk: Buffer): void;
  /** Hands on an unfinished last line; all that was kept, as text. */
  end(): string;
}

/** Keeps at most about `limit` characters, the newest ones. */
export function createLineReader(
  limit: number,
  onLine: (line: string) => void,
): LineReader {
  const decoder = new StringDecoder("utf8");
  let kept: string[] = [];
  let keptLength = 0;
  let partial = "";

  const keep = (text: string) => {
    kept.push(text);
    keptLength += text.length;
    if (keptLength > 2 * limit) {
      kept = [kept.join("").slice(-limit)];
      keptLength = limit;
    }
  };
  const take = (text: string) => {
    keep(text);
    const lines = (partial + text).split("\n");
    partial = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  };

  return {
    push: (chunk) => take(decoder.write(chunk)),
    end() {
      take(decoder.end());
      if (partial) onLine(partial);
      partial = "";
      return kept.join("").slice(-limit);
    },
  };
}
