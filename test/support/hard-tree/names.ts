import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * `names/`: a file for each hard name, returned as bytes; `names-of-dirs/`:
 * a directory with a file for each; `deep/`: 60 levels and two empty leaves.
 */
export function addNames(root: string): Buffer[] {
  const files = below(root, "names");
  const dirs = below(root, "names-of-dirs");
  for (const [i, name] of hardNames.entries()) {
    writeFileSync(bytes(files, name), `name ${i}\n`);
    mkdirSync(bytes(dirs, name));
    writeFileSync(bytes(dirs, name, Buffer.from("inside")), `inside ${i}\n`);
  }
  const levels = Array.from({ length: 60 }, (_, level) => `level${level}`);
  const deepest = join(root, "deep", ...levels);
  mkdirSync(join(deepest, "empty"), { recursive: true });
  mkdirSync(join(deepest, "also-empty"));
  writeFileSync(join(deepest, "file"), "60 levels down\n");
  return hardNames;
}

const hardNames = [
  "new\nline",
  "carriage\rreturn",
  "tab\tand \x1b[31mescape\x7f",
  "-leading-dash",
  "--delete",
  " leading space",
  "trailing space ",
  "trailing dot.",
  "'single' and \"double\" quotes",
  "back\\slash",
  "back\\x41slash\\012",
  "[a]*?{b}!",
  "!negated",
  "#comment",
  "$HOME `id` $(id)",
  "%2e%2e%2f",
  "~",
  "...",
  "a:b;c,d|e&f<g>h",
  "ümläut 日本語 🚀",
  "e\u0301 is not \u00e9",
  "\u00e9 is not e\u0301",
  "right\u202eto\u202dleft",
  ".hidden",
  "n".repeat(255),
  "語".repeat(85),
]
  .map((name) => Buffer.from(name))
  .concat(
    Buffer.from([0xff, 0xfe, 0x80]),
    Buffer.from("latin1 caf\xe9", "latin1"),
    Buffer.from("cut off \xe6\x97", "latin1"),
  );

function below(root: string, name: string): string {
  const path = join(root, name);
  mkdirSync(path);
  return path;
}

function bytes(dir: string, ...names: Buffer[]): Buffer {
  const slash = Buffer.from("/");
  const parts = names.flatMap((name) => [slash, name]);
  return Buffer.concat([Buffer.from(dir), ...parts]);
}
