/** Where a persist store lies, and whose links are followed. */

import { mkdirSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { placeOfPersist } from "../../lib/source/persist.js";
import { tempDir } from "../support/temp.js";

function place() {
  const root = realpathSync(tempDir("persist"));
  const subvolume = join(root, "project");
  const store = join(root, "store");
  for (const path of [subvolume, store]) mkdirSync(path);
  return { root, subvolume, store };
}

test("a link that the host names is followed", async () => {
  const { root, subvolume, store } = place();
  const persist = join(root, "link");
  symlinkSync(store, persist);
  expect(await placeOfPersist({ subvolume, persist })).toEqual({ store });
});

test("a link of the user's does not lead out of the project", async () => {
  const { subvolume, store } = place();
  const persist = join(subvolume, "persist");
  symlinkSync(store, persist);
  expect(await placeOfPersist({ subvolume, persist })).toBeUndefined();
});

test.each(["itself", "nothing"])("a link to %s is no store", async (what) => {
  const { root, subvolume } = place();
  const persist = join(root, "link");
  symlinkSync(what === "itself" ? "link" : "absent", persist);
  expect(await placeOfPersist({ subvolume, persist })).toBeUndefined();
});

test("a store in the project is part of it, by whatever name", async () => {
  const { root, subvolume } = place();
  const inside = join(subvolume, ".local", "persist");
  mkdirSync(inside, { recursive: true });
  symlinkSync("project", join(root, "alias"));
  const alias = join(root, "alias");
  const expected = { store: inside, inside: ".local/persist" };
  for (const persist of [inside, join(alias, ".local", "persist")]) {
    expect(await placeOfPersist({ subvolume, persist })).toEqual(expected);
    expect(await placeOfPersist({ subvolume: alias, persist })).toEqual(
      expected,
    );
  }
});
