/**
 * The fault engine believes its stand-ins. Here each thing that it relies on
 * is asked of the real programs and of the stand-ins alike.
 */

import { type Alone, createAlone } from "./contract/alone.js";
import { backups } from "./contract/backups.js";
import { changes } from "./contract/changes.js";
import { copies } from "./contract/copies.js";
import { documents } from "./contract/documents.js";
import { ends } from "./contract/ends.js";
import type { Contract, Ground } from "./contract/ground.js";
import { listing } from "./contract/listing.js";
import { opening } from "./contract/opening.js";
import { packs } from "./contract/packs.js";
import { parents } from "./contract/parents.js";
import { openRealGround } from "./contract/real-ground.js";
import { restores } from "./contract/restores.js";
import { scripts } from "./contract/scripts.js";
import { standInGround } from "./contract/stand-in-ground.js";
import { subvolumes } from "./contract/subvolumes.js";
import { unchanged } from "./contract/unchanged.js";
import { upkeep } from "./contract/upkeep.js";
import { describeReal } from "../support/tools.js";

const chapters: Readonly<Record<string, readonly Contract[]>> = {
  "opening a repository": opening,
  "a backup": backups,
  "the backup before": parents,
  "a backup of what did not change": unchanged,
  "the list of backups": listing,
  "names and notes": documents,
  "forgetting, pruning, checking": upkeep,
  "packs and their index": packs,
  "a restore": restores,
  "the end of a run": ends,
  subvolumes,
  "what changed": changes,
  "copies and the disk": copies,
};

/** undefined: execa starts processes. */
let mockAlone: Alone | undefined;

jest.mock("execa", () => {
  const real = jest.requireActual<Record<string, unknown>>("execa");
  return {
    __esModule: true,
    ...real,
    get execa() {
      return mockAlone?.execa ?? real["execa"];
    },
  };
});

describeReal("real programs", { needs: ["rustic", "btrfs"] }, () => {
  let opened: Awaited<ReturnType<typeof openRealGround>>;

  beforeAll(async () => {
    opened = await openRealGround();
  });

  afterAll(() => opened.close());

  asksFor(() => opened.ground);
});

describe("stand-ins", () => {
  const kill = process.kill.bind(process);
  const alone = createAlone();
  let ground: Ground;

  beforeAll(() => {
    mockAlone = alone;
    jest
      .spyOn(process, "kill")
      .mockImplementation((pid, signal) =>
        alone.isOurs(pid) ? alone.kill(pid) : kill(pid, signal),
      );
    ground = standInGround(alone);
  });

  afterAll(() => {
    mockAlone = undefined;
    jest.restoreAllMocks();
  });

  asksFor(() => ground);

  describe("by a script", () => {
    test.each(scripts)("$title", async ({ run }) => {
      expect.hasAssertions();
      await run(ground, alone.script);
    });
  });
});

function asksFor(ground: () => Ground): void {
  describe.each(Object.entries(chapters))("%s", (_title, cases) => {
    test.each([...cases])("$title", async ({ run }) => {
      expect.hasAssertions();
      await run(ground());
    });
  });
}
