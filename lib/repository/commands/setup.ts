/** Making a repository and taking out its key. */

import { z } from "zod";
import type { RusticCommand } from "../rustic.js";

/**
 * Packs live in memory while they are written, and a bandwidth limit must
 * hold a whole one: they grow with the repository up to this size.
 */
const largestPack = "64MiB";

export const initCommand: RusticCommand<true> = {
  action: "make the repository",
  args: ["init", "--set-datapack-size-limit", largestPack],
  parse: () => true,
};

const RepositoryFile = z.object({ id: z.string().regex(/^[0-9a-f]{64}$/) });

/** The repository's own id; proves that the credential opens it. */
export const readIdCommand: RusticCommand<string> = {
  action: "open the repository",
  args: ["cat", "config"],
  parse({ stdout }) {
    try {
      return RepositoryFile.parse(JSON.parse(stdout)).id;
    } catch {
      return undefined;
    }
  },
};

/** rustic writes the file with the umask's mode: the caller narrows it. */
export function exportKeyCommand(path: string): RusticCommand<true> {
  return {
    action: "take out the repository's key",
    args: ["key", "export", path],
    parse: () => true,
  };
}

/** A second password, for a host that kept the key but lost the kit. */
export function addPasswordCommand(path: string): RusticCommand<true> {
  return {
    action: "add a password to the repository",
    args: ["key", "add", "--new-password-file", path],
    parse: () => true,
  };
}
