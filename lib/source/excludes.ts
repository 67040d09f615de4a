/**
 * What a policy leaves out of a project's backups: globs as .gitignore has
 * them, relative to the project.
 */

/** As rustic wants them, seen from the stage: never in the persist store. */
export function excludeGlobs(excludes: readonly string[]): string[] {
  return excludes.map((glob) => {
    const bare = glob.replace(/^\//, "");
    const anchored = glob.startsWith("/") || /\/./.test(glob);
    return anchored ? `!/project/${bare}` : `!/project/**/${bare}`;
  });
}

/**
 * Does one of them leave the path itself out? Only where that is certain:
 * names and `*`. Of other globs rustic has the last word, and what it leaves
 * out counts as a change here.
 */
export function excluding(
  excludes: readonly string[],
): (path: Buffer) => boolean {
  const patterns = excludes.flatMap((glob) => patternOf(glob) ?? []);
  // A byte a character: names need not be UTF-8, patterns are compared so.
  return (path) => {
    const text = path.toString("latin1");
    return patterns.some((pattern) => pattern.test(text));
  };
}

/**
 * undefined: not certain, such as of a glob that is for directories only. Nor
 * of several stars in one name: to match them could take for ever.
 */
function patternOf(glob: string): RegExp | undefined {
  if (/[?[\]{}\\!]|\*[^/]*\*|\/$/.test(glob)) return undefined;
  const bare = glob.replace(/^\//, "");
  const anchored = bare !== glob || bare.includes("/");
  const bytes = Buffer.from(bare).toString("latin1");
  const body = bytes.replace(/[.+^$()|]/g, "\\$&").replaceAll("*", "[^/]*");
  return new RegExp(`^${anchored ? "" : "(?:[^]*/)?"}${body}$`);
}
