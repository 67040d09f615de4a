/** What a storage has, asked without rustic: the size of a file. */

import type { Answer, AskOptions, Question } from "./ask.js";

export interface FileName {
  folder: "data" | "index" | "snapshots";
  /** 64 hex digits. */
  id: string;
}

/** How one kind of storage is asked for a file. */
export interface Storage extends Pick<AskOptions, "ca"> {
  url: URL;
  question(file: FileName): Promise<Question>;
  /** Bytes of the file, of an answer with status 200. */
  size(answer: Answer): string | undefined;
}

/** Where a bucket keeps a file below the repository's folder. */
export function objectKey(root: string, { folder, id }: FileName): string {
  const inner = folder === "data" ? `data/${id.slice(0, 2)}/${id}` : "";
  const top = root.replace(/^\/+|\/+$/g, "");
  return [...(top ? [top] : []), inner || `${folder}/${id}`].join("/");
}
