/** The arrows between folders, and the one importer of each outside thing. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const root = join(__dirname, "..");

interface Source {
  /** Relative to the root. */
  file: string;
  text: string;
  /** What it imports: packages by name, files relative to the root. */
  imports: string[];
}

function readSources(folder: string): Source[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), {
    recursive: true,
    withFileTypes: true,
  })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => readSource(join(entry.parentPath, entry.name)));
}

function readSource(path: string): Source {
  const text = readFileSync(path, "utf8");
  const found = text.matchAll(
    /(?:^|\n)(?:import|export)\s[^;]*?from\s+"([^"]+)"|(?:import|require|resolve)\(\s*"([^"]+)"/g,
  );
  const imports = [...found].map((match) => {
    const name = match[1] ?? match[2] ?? "";
    return name.startsWith(".")
      ? relative(root, join(dirname(path), name)).replace(/\.js$/, ".ts")
      : name;
  });
  return { file: relative(root, path), text, imports };
}

const sources = ["conat-api", "lib", "frontend"].flatMap(readSources);
const below = (folder: string) =>
  sources.filter(({ file }) => file.startsWith(`${folder}/`));

/** Folders inside another one that have arrows of their own. */
const inner = ["conat-api/wire", "frontend/page", "lib/standalone/router"];

const partOf = (folder: string) =>
  below(folder).filter(
    ({ file }) =>
      !inner.some(
        (one) => one.startsWith(`${folder}/`) && file.startsWith(`${one}/`),
      ),
  );

/** What files of a folder may import, besides themselves. */
const arrows: Record<string, readonly string[]> = {
  "conat-api": ["zod"],
  "conat-api/wire": [
    "conat-api/",
    "@msgpack/msgpack",
    "socket.io-client",
    "zod",
  ],
  frontend: ["conat-api/", "react", "react-intl", "antd", "@ant-design/icons"],
  "frontend/page": [
    "conat-api/wire/",
    "frontend/index.ts",
    "antd",
    "react",
    "react-dom/client",
    "react-intl",
    "zod",
  ],
  "lib/store": [
    "conat-api/",
    "lib/aborted.ts",
    "lib/process-identity.ts",
    "better-sqlite3",
    "zod",
  ],
  "lib/repository": [
    "conat-api/",
    "lib/config.ts",
    "lib/exec.ts",
    "lib/host.ts",
    "lib/private-file.ts",
    "lib/process-identity.ts",
    "lib/aborted.ts",
    "aws4fetch",
    "smol-toml",
    "zod",
  ],
  "lib/source": [
    "conat-api/",
    "lib/exec.ts",
    "lib/host.ts",
    "lib/process-identity.ts",
    "better-sqlite3",
    "zod",
  ],
  "lib/tasks": [
    "conat-api/",
    "lib/aborted.ts",
    "lib/config.ts",
    "lib/exec.ts",
    "lib/host.ts",
    "lib/process-group.ts",
    "lib/process-identity.ts",
    "lib/work-directory.ts",
    "lib/repository/index.ts",
    "lib/source/",
    "lib/store/index.ts",
    "zod",
  ],
  "lib/jobs": [
    "conat-api/",
    "lib/aborted.ts",
    "lib/config.ts",
    "lib/host.ts",
    "lib/process-identity.ts",
    "lib/repository/index.ts",
    "lib/source/",
    "lib/store/index.ts",
    "lib/tasks/",
    "lib/work-directory.ts",
    "lib/machine-clock.ts",
    "lib/pressure.ts",
    "croner",
    "p-limit",
  ],
  "lib/service": [
    "conat-api/",
    "lib/aborted.ts",
    "lib/config.ts",
    "lib/host.ts",
    "lib/jobs/",
    "lib/source/",
    "lib/store/index.ts",
    "lib/tasks/",
  ],
  "lib/standalone": [
    "conat-api/",
    "lib/config.ts",
    "lib/host.ts",
    "lib/index.ts",
    "lib/private-file.ts",
    "lib/source/filesystem.ts",
    "lib/standalone/router/index.ts",
    "lib/store/index.ts",
    "express",
    "helmet",
    "smol-toml",
    "zod",
  ],
  "lib/standalone/router": [
    "conat-api/",
    "lib/host.ts",
    "socket.io",
    "socket.io-parser",
    "ws",
    "zod",
  ],
};

/** A folder covers what is in it; a file or a package only itself. */
function covers(allowed: string, name: string): boolean {
  return allowed.endsWith("/") ? name.startsWith(allowed) : name === allowed;
}

test.each(Object.entries(arrows))(
  "%s imports only what lies below it",
  (folder, allowed) => {
    const within = (name: string) =>
      name.startsWith(`${folder}/`) &&
      !inner.some(
        (one) => one.startsWith(`${folder}/`) && name.startsWith(`${one}/`),
      );
    const wrong = partOf(folder).flatMap(({ file, imports }) =>
      imports
        .filter((name) => !name.startsWith("node:") && !within(name))
        .filter((name) => !allowed.some((one) => covers(one, name)))
        .map((name) => `${file} -> ${name}`),
    );
    expect(wrong).toEqual([]);
    expect(partOf(folder).length).not.toBe(0);
  },
);

test("the contract runs in a browser: nothing of Node in conat-api", () => {
  const wrong = below("conat-api").filter(
    ({ imports, text }) =>
      imports.some((name) => name.startsWith("node:")) ||
      /\b(process|Buffer|__dirname)\b\./.test(text),
  );
  expect(wrong.map(({ file }) => file)).toEqual([]);
});

test("a project-host loads neither the web server nor a socket", () => {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const source = sources.find((one) => one.file === file);
    for (const name of source?.imports ?? []) visit(name);
  };
  visit("lib/index.ts");
  expect(seen).toContain("lib/service/conat.ts");
  const wrong = [...seen].filter((name) =>
    /^(lib\/(standalone|cli)\/|conat-api\/wire\/|express|socket\.io)/.test(
      name,
    ),
  );
  expect(wrong).toEqual([]);
});

test.each([
  // A child script is a process of its own.
  [
    "better-sqlite3",
    ["lib/source/sqlite-capture.child.ts", "lib/store/database.ts"],
  ],
  ["execa", ["lib/exec.ts"]],
  ["aws4fetch", ["lib/repository/storage/s3.ts"]],
  ["p-limit", ["lib/jobs/worker.ts"]],
  ["croner", ["lib/jobs/schedule/cron.ts"]],
  ["commander", ["lib/cli"]],
  ["express", ["lib/standalone/web.ts"]],
  ["socket.io", ["lib/standalone/router/"]],
  ["socket.io-client", ["conat-api/wire/"]],
  ["@msgpack/msgpack", ["conat-api/wire/"]],
  ["react-dom/client", ["frontend/page/main.tsx"]],
])("%s is imported in one place", (name, places) => {
  const importers = sources
    .filter(({ imports }) => imports.includes(name))
    .map(({ file }) => file);
  expect(importers.length).toBeGreaterThan(0);
  const elsewhere = importers.filter(
    (file) => !places.some((place) => file.startsWith(place)),
  );
  expect(elsewhere).toEqual([]);
});

test.each([
  ["the environment", /\bprocess\.env\b/, ["lib/config.ts"]],
  ["a process", /node:child_process/, []],
  ["rustic's words", /HTTP status|os error/, ["lib/repository/"]],
  [
    "SQL",
    /\b(SELECT|INSERT INTO|UPDATE) [^;]* (FROM|VALUES|SET)\b/,
    ["lib/store/", "lib/source/sqlite-capture.child.ts"],
  ],
  [
    "the terminal",
    /process\.(stdout|stderr)/,
    ["lib/cli/", "lib/source/sqlite-capture.child.ts"],
  ],
])("%s is read or written in one place", (_what, pattern, places) => {
  const elsewhere = sources
    .filter(({ text }) => pattern.test(text))
    .map(({ file }) => file)
    .filter((file) => !places.some((place) => file.startsWith(place)));
  expect(elsewhere).toEqual([]);
});

test("no module of the engine keeps state of its own", () => {
  const mutable = sources.filter(({ text }) => /^(export )?let /m.test(text));
  expect(mutable.map(({ file }) => file)).toEqual([]);
});
