/**
 * What a scenario can ask of a stand-in: only these runs have no real ones
 * beside them. Their words are measured by those that were recorded.
 */

import { run } from "../../../lib/exec.js";
import { classifyFailure } from "../../../lib/repository/failure.js";
import { tempDir } from "../../support/temp.js";
import { fixture } from "../../repository/fixture.js";
import type { Alone } from "./alone.js";
import type { Ground } from "./ground.js";
import { backUp, idsOf, mixedStage, restoreInto } from "./stage.js";

export interface ScriptCase {
  title: string;
  run(ground: Ground, script: Alone["script"]): Promise<void>;
}

const action = "back up the project";

export const scripts: ScriptCase[] = [
  {
    title: "fail: the words and the exit code that were asked for",
    async run({ made }, script) {
      const one = await made();
      const words = fixture("local-full");
      const fail = { stderr: words.stderr, exitCode: words.exitCode ?? 134 };
      script("backup", { fail });
      const { code, message } = classifyFailure({ ...words, action });
      const failing = backUp(one, mixedStage());
      await expect(failing).rejects.toMatchObject({ code, message });
      expect(await idsOf(one)).toEqual([]);
    },
  },
  {
    title: "garbage: exit code 0 without a result is no success",
    async run({ made }, script) {
      const one = await made();
      script("backup", { garbage: true });
      const failing = backUp(one, mixedStage());
      await expect(failing).rejects.toMatchObject({ code: "COMMAND_FAILED" });
      expect(await idsOf(one)).toEqual([]);
    },
  },
  {
    title: "unreachable: as a server that refuses connections",
    async run({ made }, script) {
      const one = await made();
      const words = fixture("rest-refused");
      const { code } = classifyFailure({ ...words, action });
      expect(code).toBe("REPOSITORY_UNREACHABLE");
      for (const word of ["backup", "list"]) {
        script(word, { unreachable: true });
        const failing =
          word === "backup" ? backUp(one, mixedStage()) : idsOf(one);
        await expect(failing).rejects.toMatchObject({ code });
      }
      expect(await idsOf(one)).toEqual([]);
    },
  },
  {
    title: "lostReply: it fails, and the backup is there",
    async run({ made }, script) {
      const one = await made();
      script("backup", { lostReply: true });
      const failing = backUp(one, mixedStage());
      await expect(failing).rejects.toMatchObject({
        code: "REPOSITORY_UNREACHABLE",
      });
      expect(await idsOf(one)).toHaveLength(1);
    },
  },
  {
    title: "noSpace: a restore ends as a bug would, of a full disk",
    async run({ made }, script) {
      const one = await made();
      const { backup_id } = await backUp(one, mixedStage());
      const words = fixture("target-full");
      const { code } = classifyFailure({ ...words, action });
      script("restore", { noSpace: true });
      const failing = restoreInto(one, backup_id, tempDir("target"));
      await expect(failing).rejects.toMatchObject({ code });
    },
  },
  {
    title: "noSpace: btrfs makes and takes nothing",
    async run({ btrfs, directory }, script) {
      script("create", { noSpace: true });
      await expect(
        btrfs.createSubvolume(`${directory()}/one`),
      ).rejects.toMatchObject({ code: "NO_SPACE" });
    },
  },
  {
    title: "hang: nothing, until it is killed",
    async run({ made }, script) {
      const one = await made();
      script("backup", { hang: true });
      const ending = new AbortController();
      const options = { signal: ending.signal };
      const hanging = backUp(one, mixedStage(), { options });
      setTimeout(() => ending.abort(), 100);
      await expect(hanging).rejects.toMatchObject({ code: "CANCELLED" });
      expect(await idsOf(one)).toEqual([]);
    },
  },
  {
    title: "a script that the stand-in of sh does not know is refused",
    async run({ environment: env }) {
      const args = ["-c", "echo hello"];
      expect(await run({ file: "sh", args, env })).toMatchObject({
        exitCode: 127,
        stdout: "",
      });
      const unshare = { file: "unshare", args: ["--mount", "true"], env };
      expect(await run(unshare)).toMatchObject({ exitCode: 1 });
    },
  },
];
