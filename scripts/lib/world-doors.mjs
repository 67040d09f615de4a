import { readFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { dirname, join, resolve } from "node:path";
import { root } from "./paths.mjs";

const faults = join(root, "test", "faults");
const world = join(faults, "world");
const doors = {
  execa: join(world, "execa.ts"),
  "better-sqlite3": join(world, "sqlite.ts"),
  "node:crypto": join(world, "doors", "crypto.ts"),
  "node:fs": join(world, "doors", "fs.ts"),
  "node:fs/promises": join(world, "doors", "fs-promises.ts"),
  "node:timers/promises": join(world, "doors", "timers-promises.ts"),
};
const globals = [
  ...["Date", "Math", "performance", "process", "setImmediate"],
  ...["setInterval", "setTimeout", "clearInterval", "clearTimeout"],
].join(", ");
const globalsFile = JSON.stringify(join(world, "doors", "globals.ts"));

/** An esbuild plugin. Production sources lie below `from`; they and the
 * stand-in programs live in the world: where they ask for a package or a
 * module that leads outside they get a door of the world's. */
export function worldDoors(from) {
  const production = ["lib", "conat-api"].map((name) => join(from, name, "/"));
  const inhabitants = [...production, join(faults, "programs", "/")];
  const lives = (file) => inhabitants.some((place) => file.startsWith(place));
  return {
    name: "world-doors",
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^[^./]/ }, ({ path, importer }) => {
        const door = lives(importer) ? doors[path] : undefined;
        if (door) return { path: door };
        return builtinModules.includes(path) ? { external: true } : undefined;
      });
      onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) =>
        elsewhere(resolve(resolveDir, path), from),
      );
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (!lives(path)) return undefined;
        const text = await readFile(path, "utf8");
        // On the first line: all others keep their numbers.
        const doorway = `import { ${globals} } from ${globalsFile};`;
        return {
          contents: `${doorway} ${text}`,
          loader: "ts",
          resolveDir: dirname(path),
        };
      });
    },
  };
}

/** What tests import of lib/ is looked for below `from`; a text that only the
 * build makes is empty: no child of the model runs it. */
function elsewhere(path, from) {
  if (path.endsWith(".script.js")) {
    return { path: join(world, "no-script.ts") };
  }
  const below = ["lib", "conat-api"].find((name) =>
    path.startsWith(join(root, name, "/")),
  );
  return below && from !== root
    ? { path: join(from, path.slice(root.length)).replace(/\.js$/, ".ts") }
    : undefined;
}
