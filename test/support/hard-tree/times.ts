import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";

/** Seconds since 1970, to the nanosecond. */
const times = [
  "0",
  "0.000000001",
  "1700000000.123456789",
  "1700000000.999999999",
  "-1.5",
  "-86400.000000001",
  "2147483648.5",
  "4294967296.25",
  "9999999999.000000007",
];

/** `times/`: files, directories and symlinks with each of these mtimes. */
export async function addTimes(root: string): Promise<void> {
  const dir = join(root, "times");
  mkdirSync(dir);
  for (const time of times) {
    const names = ["file", "dir", "link"].map((type) => `${type}_${time}`);
    const [file = "", sub = "", link = ""] = names;
    writeFileSync(join(dir, file), `${time}\n`);
    mkdirSync(join(dir, sub));
    symlinkSync(file, join(dir, link));
    // -h: a symlink's own time, not that of what it points at.
    await execa("touch", ["-h", "-d", `@${time}`, "--", ...names], {
      cwd: dir,
    });
  }
}
