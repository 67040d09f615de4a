/** A backup as `snapshots --json` shows it, before lib makes it its own. */

import { z } from "zod";
import type { RusticCommand } from "../../../lib/repository/rustic.js";
import type { Host } from "./ground.js";

const Snapshot = z.object({
  id: z.string(),
  time: z.string(),
  hostname: z.string(),
  tags: z.array(z.string()),
  paths: z.array(z.string()),
  parents: z.array(z.string()).default([]),
  summary: z.object({
    files_new: z.number(),
    files_changed: z.number(),
    files_unmodified: z.number(),
    total_files_processed: z.number(),
    total_bytes_processed: z.number(),
    total_dirs_processed: z.number(),
    data_added_packed: z.number(),
    total_duration: z.number(),
  }),
});
export type Snapshot = z.infer<typeof Snapshot>;

const Groups = z.array(z.object({ snapshots: z.array(Snapshot) }));

export function readSnapshots(
  { rustic, location, keyFile }: Host,
  ids: readonly string[],
): Promise<Snapshot[]> {
  const command: RusticCommand<Snapshot[]> = {
    action: "read the snapshots",
    args: ["snapshots", "--json", ...ids],
    parse: ({ stdout }) =>
      Groups.parse(JSON.parse(stdout)).flatMap(({ snapshots }) => snapshots),
  };
  return rustic.call(location, { keyFile }, command);
}

export async function readSnapshot(host: Host, id: string): Promise<Snapshot> {
  const [snapshot] = await readSnapshots(host, [id]);
  if (!snapshot) throw new Error(`${id} was not shown`);
  return snapshot;
}
