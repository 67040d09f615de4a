import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { manageFile } from "../../lib/standalone/managed-file.js";
import { modeOf } from "../support/standalone-accounts.js";
import { tempDir } from "../support/temp.js";

const Notes = z.strictObject({ note: z.array(z.string()).default([]) });

function manage(path = join(tempDir("data"), "notes.toml")) {
  const file = manageFile(path, Notes, "# Notes.");
  const add = (text: string) =>
    file.update(({ note }) => ({ note: [...note, text] }));
  return { path, file, add };
}

describe("a managed file", () => {
  test("that is not there reads as an empty one, and is not made", () => {
    const { path, file } = manage();
    expect(file.read()).toEqual({ note: [] });
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  test("says who writes it, for its owner alone, with nothing beside it", async () => {
    const { path, add } = manage();
    await add("first");
    expect(readFileSync(path, "utf8")).toMatch(/^# Notes\.\n/);
    expect(modeOf(path)).toBe("600");
    const names = readdirSync(dirname(path)).toSorted();
    expect(names).toEqual([".notes.toml.lock", "notes.toml"]);
  });

  test("is its owner's alone even after somebody died while writing it", async () => {
    const { path, add } = manage();
    writeFileSync(`${path}.new`, "half a", { mode: 0o644 });
    await add("whole");
    expect(modeOf(path)).toBe("600");
    expect(manage(path).file.read()).toEqual({ note: ["whole"] });
  });

  test("brings every text back as it was", async () => {
    const { path, add } = manage();
    const texts = ['"""', "'''\\", "# no comment", "a\nb\tc\u0000", "日本 💾"];
    for (const text of texts) await add(text);
    expect(manage(path).file.read()).toEqual({ note: texts });
  });

  test("is read again when another program replaced or edited it", async () => {
    const { path, file, add } = manage();
    await add("mine");
    writeFileSync(`${path}.other`, 'note = ["theirs"]\n');
    renameSync(`${path}.other`, path);
    expect(file.read()).toEqual({ note: ["theirs"] });
    writeFileSync(path, 'note = ["edited"]\n');
    expect(file.read()).toEqual({ note: ["edited"] });
    rmSync(path);
    expect(file.read()).toEqual({ note: [] });
  });

  test("is not parsed again while nobody touched it", async () => {
    const { file, add } = manage();
    await add("once");
    expect(file.read()).toBe(file.read());
  });

  test("keeps every change of many at once", async () => {
    const { path, add } = manage();
    const texts = Array.from({ length: 12 }, (_, n) => `note ${n}`);
    // Each with a reader of its own, as processes have.
    await Promise.all(texts.map((text) => manage(path).add(text)));
    await add("last");
    const { note } = manage(path).file.read();
    expect(note.toSorted()).toEqual([...texts, "last"].toSorted());
  });

  test("stays as it was when a change fails or is not valid, and can be changed after", async () => {
    const { path, file, add } = manage();
    await add("kept");
    const before = readFileSync(path, "utf8");
    const failing = file.update(() => {
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    await expect(file.update(() => ({ note: 1 }) as never)).rejects.toThrow(
      "expected array",
    );
    expect(readFileSync(path, "utf8")).toBe(before);
    await add("more");
    expect(file.read()).toEqual({ note: ["kept", "more"] });
  });
});

describe("a broken file", () => {
  test.each<[string, string | undefined]>([
    ["that is no TOML", "note = ["],
    ["with a field that nobody knows", 'other = "x"'],
    ["with a value of another type", "note = [1]"],
    ["that is a directory", undefined],
  ])(
    "%s is an error that names it, until it is mended",
    async (_name, text) => {
      const { path, file, add } = manage();
      if (text === undefined) mkdirSync(path);
      else writeFileSync(path, text);
      const error = expect.objectContaining({
        code: "FILESYSTEM_FAILED",
        message: expect.stringContaining(path),
      });
      expect(() => file.read()).toThrow(error);
      // Said again, not only the first time.
      expect(() => file.read()).toThrow(error);
      await expect(add("new")).rejects.toEqual(error);
      expect(contentOf(path)).toBe(text);

      rmSync(path, { recursive: true });
      writeFileSync(path, 'note = ["mended"]');
      expect(file.read()).toEqual({ note: ["mended"] });
    },
  );

  test("does not take away what was known before it was broken, once mended", async () => {
    const { path, file, add } = manage();
    await add("good");
    const good = readFileSync(path, "utf8");
    writeFileSync(path, "note = [");
    expect(() => file.read()).toThrow(path);
    writeFileSync(path, good);
    expect(file.read()).toEqual({ note: ["good"] });
  });
});

/** undefined of a directory. */
function contentOf(path: string): string | undefined {
  return statSync(path).isFile() ? readFileSync(path, "utf8") : undefined;
}
