/** Runs that are ended, or that cannot do all they should. */

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { backupCommand } from "../../../lib/repository/commands/backup.js";
import { run } from "../../../lib/exec.js";
import { tempDir } from "../../support/temp.js";
import type { Contract, Ground } from "./ground.js";
import { readSnapshot } from "./snapshot.js";
import {
  backUp,
  idsOf,
  job_id,
  mixedStage,
  project_id,
  restoreInto,
  stageWith,
  treeOf,
} from "./stage.js";

export const ends: Contract[] = [
  {
    title: "a backup that is killed before its end leaves none",
    async run(ground) {
      const one = await ground.made();
      const ending = new AbortController();
      const stage = largeStage(ground);
      await expect(
        backUp(one, stage, {
          onBytes: () => ending.abort(),
          options: { signal: ending.signal },
        }),
      ).rejects.toMatchObject({ code: "CANCELLED" });
      expect(await idsOf(one)).toEqual([]);
      const { backup_id } = await backUp(one, stage);
      expect(await idsOf(one)).toEqual([backup_id]);
    },
  },
  {
    title: "a backup that is killed after its commit stays, tag and all",
    async run({ made }) {
      const one = await made();
      const ending = new AbortController();
      const input = { source: ["."], project_id, job_id, onBytes() {} };
      const command = backupCommand({ directory: mixedStage(), ...input });
      const onLine = (line: string) => {
        if (line.includes('"summary"')) ending.abort();
      };
      const { rustic, location, keyFile } = one;
      const options = { signal: ending.signal };
      await expect(
        rustic.call(location, { keyFile }, { ...command, onLine }, options),
      ).rejects.toMatchObject({ code: "CANCELLED" });
      const [id = "", ...others] = await idsOf(one);
      expect(others).toEqual([]);
      expect(await readSnapshot(one, id)).toMatchObject({
        hostname: project_id,
        tags: [`job=${job_id}`],
      });
    },
  },
  {
    title: "Ctrl-C exits with 0, is no success and leaves no backup",
    async run(ground) {
      const one = await ground.made();
      const ending = ground.interrupted();
      await expect(
        backUp(one, largeStage(ground), ending),
      ).rejects.toMatchObject({
        code: "COMMAND_FAILED",
        message: expect.stringContaining("without the result that proves it"),
        details: expect.stringContaining("Ctrl-C received, shutting down..."),
      });
      expect(await idsOf(one)).toEqual([]);
    },
  },
  {
    title: "a file that may not be read is warned of, and left out",
    async run(ground) {
      const one = await ground.made();
      const stage = stageWith({ "project/closed": "1", "project/open": "2" });
      const ending = ground.unreadable(one, stage, "project/closed");
      const result = await backUp(one, stage, ending);
      expect(result.files).toBe(1);
      expect(result.warnings).toEqual([
        { path: "project/closed", message: "may not be read" },
      ]);
      const target = tempDir("target");
      await restoreInto(one, result.backup_id, target);
      const names = treeOf(target).map((line) => line.split(" ")[0]);
      expect(names).toEqual(["project", "project/open"]);
    },
  },
  {
    title: "a full repository says so, and lists no backup",
    async run(ground) {
      const one = await ground.full();
      await one.repositories.open();
      const stage = largeStage(ground);
      await expect(backUp(one, stage)).rejects.toMatchObject({
        code: "NO_SPACE",
      });
      expect(await idsOf(one)).toEqual([]);
    },
  },
  {
    title: "a directory or a program that is not there starts nothing",
    async run({ environment: env }) {
      const sync = { file: "sync", args: ["-f", "/"], env };
      const nowhere = join(tempDir("empty"), "nowhere");
      await expect(run({ ...sync, cwd: nowhere })).rejects.toMatchObject({
        code: "FILESYSTEM_FAILED",
      });
      const unknown = { ...sync, file: "no-such-program" };
      await expect(run(unknown)).rejects.toMatchObject({
        code: "COMMAND_MISSING",
      });
    },
  },
  {
    title: "a program that is not there behind another one exits with 127",
    async run({ environment: env }) {
      const umask = ["sh", "-c", 'umask 077 && exec "$@"', "sh"];
      for (const front of [
        ["nice", "-n", "10"],
        ["ionice", "-c", "3"],
        ["setpriv", "--pdeathsig", "KILL"],
        ["env", "A=1"],
        umask,
      ]) {
        const [file = "", ...args] = [...front, "no-such-program"];
        const result = await run({ file, args, env });
        expect([file, result.exitCode]).toEqual([file, 127]);
        const [first = "", ...rest] = [...front, "true"];
        expect(await run({ file: first, args: rest, env })).toMatchObject({
          exitCode: 0,
        });
      }
    },
  },
];

function largeStage({ large }: Ground): string {
  return stageWith({ "project/large": randomBytes(large) });
}
