/** How many files a repository holds, and how large they are. */

import { z } from "zod";
import { parseJson } from "../json.js";
import type { RusticCommand } from "../rustic.js";

export interface Figures {
  /** Annotations documents and what is no backup of ours included. */
  backups: number;
  index_files: number;
  packs: number;
  size_bytes: number;
}

const Info = z.object({
  files: z.object({
    repo: z.array(
      z.object({ tpe: z.string(), count: z.number(), size: z.number() }),
    ),
  }),
});

/** Lists names and sizes; nothing is read or decrypted. */
export const figuresCommand: RusticCommand<Figures> = {
  action: "measure the repository",
  args: ["repoinfo", "--json", "--only-files"],
  parse({ stdout }) {
    const info = Info.safeParse(parseJson(stdout));
    if (!info.success) return undefined;
    const { repo } = info.data.files;
    const count = (tpe: string) =>
      repo.find((one) => one.tpe === tpe)?.count ?? 0;
    return {
      backups: count("snapshot"),
      index_files: count("index"),
      packs: count("pack"),
      size_bytes: repo.reduce((sum, { size }) => sum + size, 0),
    };
  },
};
