/** rustic's `--json-progress`: one JSON object a line on stdout. */

import { z } from "zod";

export type OnBytes = (bytes: { done: number; total?: number }) => void;

const StatusMessage = z.object({
  message_type: z.literal("status"),
  total_bytes: z.number().optional(),
  bytes_done: z.number(),
});

export function createStatusReader(onBytes: OnBytes): (line: string) => void {
  return (line) => {
    const status = StatusMessage.safeParse(parseLine(line));
    if (!status.success) return;
    const { bytes_done, total_bytes } = status.data;
    onBytes({
      done: bytes_done,
      ...(total_bytes === undefined ? {} : { total: total_bytes }),
    });
  };
}

/** The last JSON object that was printed. */
export function lastMessage(stdout: string): unknown {
  return parseLine(stdout.trimEnd().split("\n").pop() ?? "");
}

/** undefined: not JSON (restore prints plain lines between). */
function parseLine(line: string): unknown {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
