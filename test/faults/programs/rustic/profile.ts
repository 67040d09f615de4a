/** `-P profile.toml`: where the repository lies, and what opens it. */

import { readFile } from "node:fs/promises";
import { parse } from "smol-toml";
import { z } from "zod";

const Profile = z.object({
  repository: z.object({
    repository: z.string(),
    password: z.string().optional(),
    "key-file": z.string().optional(),
  }),
});

export interface Place {
  profile: string;
  /** The repository's directory. */
  path: string;
  password: string | undefined;
  keyFile: string | undefined;
}

export async function readProfile(profile: string): Promise<Place> {
  const { repository } = Profile.parse(parse(await readFile(profile, "utf8")));
  return {
    profile,
    path: repository.repository.replace(/^local:/, ""),
    password: repository.password,
    keyFile: repository["key-file"],
  };
}
