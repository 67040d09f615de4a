import { cp, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Failure } from "./failure.mjs";
import { root } from "./paths.mjs";
import { mustRun } from "./run.mjs";

const FIRST_LINE = /^# (I\d+|[a-z]+): (.+)\n/;

/** Patches to production code, each with the invariant that must catch it on
 * its first line: `# I3: why`. */
export async function plantedBugs(directory, only) {
  const files = (await readdir(directory)).filter((name) =>
    name.endsWith(".patch"),
  );
  const bugs = files.toSorted().map(async (file) => {
    const patch = join(directory, file);
    const [, invariant] = FIRST_LINE.exec(await readFile(patch, "utf8")) ?? [];
    if (!invariant) throw new Failure(`${file} does not say what catches it.`);
    return { name: file.replace(/\.patch$/, ""), patch, invariant };
  });
  const all = await Promise.all(bugs);
  return only === undefined
    ? all
    : all.filter(({ name }) => name.startsWith(only));
}

/** Run `action` with a copy of the production sources that has the bug. */
export async function withBug({ name, patch }, copy, action) {
  await mkdir(copy, { recursive: true });
  try {
    for (const directory of ["lib", "conat-api"]) {
      await cp(join(root, directory), join(copy, directory), {
        recursive: true,
      });
    }
    await mustRun("git", ["apply", patch], {
      what: `Planting the bug ${name}`,
      advice: "The code has changed: write the patch anew.",
      cwd: copy,
      // Of the repository around it git would only take its own paths.
      env: { ...process.env, GIT_CEILING_DIRECTORIES: dirname(copy) },
    });
    return await action(copy);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
