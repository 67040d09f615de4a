/** The stand-ins, in plain directories. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "../../support/temp.js";
import type { Alone } from "./alone.js";
import {
  btrfsOf,
  environment,
  type Ground,
  hostOf,
  makerOf,
} from "./ground.js";

export function standInGround(alone: Alone): Ground {
  const host: Ground["host"] = (given) => hostOf("rustic", given);
  return {
    directory() {
      const directory = tempDir("ground");
      mkdirSync(join(directory, "os"));
      return directory;
    },
    btrfs: btrfsOf(environment),
    environment,
    large: 256 * 1024,
    host,
    made: makerOf(host),
    interrupted() {
      alone.script("backup", { termed: true });
      return { options: {}, onBytes() {} };
    },
    unreadable(_host, _stage, path) {
      alone.script("backup", { unreadable: [path] });
      return { options: {}, onBytes() {} };
    },
    full() {
      alone.script("backup", { noSpace: true });
      return Promise.resolve(hostOf("rustic"));
    },
  };
}
