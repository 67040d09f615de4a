/** Making a repository and opening it again. */

import { copyFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { initCommand } from "../../../lib/repository/commands/setup.js";
import { readKit, writeKit } from "../../../lib/repository/kit.js";
import type { Contract, Host } from "./ground.js";
import { backUp, idsOf, mixedStage, stageWith } from "./stage.js";

const anId = /^[0-9a-f]{64}$/;

export const opening: Contract[] = [
  {
    title: "the first opening makes a repository, the second finds it",
    async run({ host }) {
      const first = host();
      const made = await first.repositories.open();
      expect(made.repository_id).toMatch(anId);
      expect(statSync(first.keyFile).mode & 0o777).toBe(0o600);
      expect(readKit(first.kitFile)?.repository_id).toBe(made.repository_id);
      const second = host(first);
      const found = await second.repositories.open();
      expect(found.repository_id).toBe(made.repository_id);
      expect(await found.ids()).toEqual([]);
    },
  },
  {
    title: "the kit's password opens what the key made, and takes the key out",
    async run({ host }) {
      const first = host();
      const { repository_id } = await first.repositories.open();
      rmSync(first.keyFile);
      const found = await host(first).repositories.open();
      expect(found.repository_id).toBe(repository_id);
      expect(statSync(first.keyFile).mode & 0o777).toBe(0o600);
      expect(await found.ids()).toEqual([]);
    },
  },
  {
    title: "the key adds a password for a new kit, which opens it alone",
    async run({ host }) {
      const first = host();
      const { repository_id } = await first.repositories.open();
      rmSync(first.kitFile);
      await host(first).repositories.open();
      rmSync(first.keyFile);
      const found = await host(first).repositories.open();
      expect(found.repository_id).toBe(repository_id);
    },
  },
  {
    title: "a wrong password is refused",
    async run({ host }) {
      const first = host();
      await first.repositories.open();
      rmSync(first.keyFile);
      spoilPassword(first);
      await expect(host(first).repositories.open()).rejects.toMatchObject({
        code: "REPOSITORY_REJECTED",
        message: expect.stringContaining("this host's password"),
      });
    },
  },
  {
    title: "a key of another repository, a cut one and none are refused",
    async run({ host }) {
      const [one, other] = [host(), host()];
      const repository = await one.repositories.open();
      await other.repositories.open();
      copyFileSync(other.keyFile, one.keyFile);
      await expect(repository.ids()).rejects.toMatchObject({
        code: "REPOSITORY_REJECTED",
        message: expect.stringContaining("it is another one, or damaged"),
      });
      const spoilt = { message: expect.stringContaining("missing or damaged") };
      truncateSync(one.keyFile, 40);
      await expect(repository.ids()).rejects.toMatchObject(spoilt);
      rmSync(one.keyFile);
      await expect(repository.ids()).rejects.toMatchObject(spoilt);
    },
  },
  {
    title: "where no repository is, none is opened",
    async run({ host }) {
      const none = { code: "REPOSITORY_MISSING" };
      const never = host({ init: false }).repositories;
      await expect(never.open()).rejects.toMatchObject(none);
      const once = host();
      const repository = await once.repositories.open();
      rmSync(once.path, { recursive: true });
      await expect(repository.ids()).rejects.toMatchObject(none);
      const stage = mixedStage();
      await expect(backUp(once, stage)).rejects.toMatchObject(none);
    },
  },
  {
    title: "none is made over one that is there",
    async run({ host }) {
      const first = host();
      await first.repositories.open();
      const { rustic, location } = first;
      await expect(
        rustic.call(location, { password: "another" }, initCommand),
      ).rejects.toMatchObject({
        code: "REPOSITORY_REJECTED",
        message: expect.stringContaining("another host made a repository"),
      });
      expect(await idsOf(first)).toEqual([]);
    },
  },
  {
    title: "a repository without its config is made anew",
    async run({ host }) {
      const first = host();
      const before = await first.repositories.open();
      rmSync(join(first.path, "config"));
      const second = host({ path: first.path });
      const after = await second.repositories.open();
      expect(after.repository_id).not.toBe(before.repository_id);
      const stage = stageWith({ "project/a": "a" });
      const { backup_id } = await backUp(second, stage);
      expect(await after.ids()).toEqual([backup_id]);
    },
  },
  {
    title: "an option that rustic does not know is said to be missing",
    async run({ host }) {
      const { rustic, location, keyFile, repositories } = host();
      await repositories.open();
      const ask = (...args: string[]) =>
        rustic.call(location, { keyFile }, command(args));
      const unknown = { code: "COMMAND_MISSING" };
      await expect(ask("list", "snapshots")).resolves.toBe(true);
      await expect(
        ask("backup", ".", "--no-such-option"),
      ).rejects.toMatchObject(unknown);
      await expect(ask("no-such-command")).rejects.toMatchObject(unknown);
    },
  },
];

function command(args: readonly string[]) {
  return { action: "ask", args, parse: () => true };
}

function spoilPassword({ kitFile }: Host): void {
  const kit = readKit(kitFile);
  if (kit) writeKit(kitFile, { ...kit, password: "another" });
}
