/** `node:crypto` with the world's chance. */

import { currentContext } from "../actor.js";

export * from "node:crypto";

export function randomUUID(): string {
  const { names } = currentContext().actor.world;
  const variant = names.pick(["8", "9", "a", "b"]);
  return [
    names.hex(8),
    names.hex(4),
    `4${names.hex(3)}`,
    `${variant}${names.hex(3)}`,
    names.hex(12),
  ].join("-");
}

export function randomBytes(size: number): Buffer {
  const { names } = currentContext().actor.world;
  return Buffer.from(names.hex(size * 2), "hex");
}
