import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { hashFiles } from "./hash.mjs";
import { withLock } from "./lock.mjs";
import { inPackage, root } from "./paths.mjs";
import { step } from "./progress.mjs";
import { mustRun, run } from "./run.mjs";

const lockFile = join(root, "package-lock.json");
const stampFile = inPackage(".project-backups-installed");

/** Said outright, since `npm --silent test` and NODE_ENV=production would
 * hide an error and leave out the compiler. */
const flags = [
  "--include=dev",
  "--loglevel=warn",
  "--no-progress",
  "--foreground-scripts",
];

/** The npm packages that package-lock.json names, installed. */
export async function packages() {
  if (isStamped()) {
    return;
  }
  await withLock("npm", root, async () => {
    if (isStamped()) {
      return;
    }
    if (!(await isInstalledByHand())) {
      await install();
    }
    await writeFile(stampFile, stamp());
  });
}

/** A native addon fits one ABI of Node, so a change of that counts too. */
function stamp() {
  return `${hashFiles([lockFile])} ${process.versions.modules}\n`;
}

function isStamped() {
  return existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp();
}

/** After `npm install` there is no stamp, yet nothing to do either. npm writes
 * its own copy of the lock last, when all else has worked. */
async function isInstalledByHand() {
  const copy = inPackage(".package-lock.json");
  if (!existsSync(copy)) {
    return false;
  }
  const { "": _self, ...wanted } = readPackages(lockFile);
  const have = readPackages(copy);
  const same =
    Object.keys(have).every((path) => path in wanted) &&
    Object.entries(wanted).every(
      ([path, { version, optional }]) =>
        have[path]?.version === version || (optional && !have[path]),
    );
  return same && (await addonLoads());
}

function readPackages(path) {
  return JSON.parse(readFileSync(path, "utf8")).packages;
}

async function addonLoads() {
  const open = 'new (require("better-sqlite3"))(":memory:")';
  return (await run(process.execPath, ["-e", open], { cwd: root })).code === 0;
}

async function install() {
  const title = "Installing npm packages, may take 3 minutes";
  await step(title, (detail) =>
    mustRun("npm", ["ci", ...flags], {
      cwd: root,
      // node-gyp compiles with all cores.
      env: { JOBS: "max", ...process.env, ...headers() },
      // The name of each install script, such as "> esbuild@0.28.2 postinstall".
      onLine: (line) => line.startsWith("> ") && detail(line.slice(2)),
      what: "npm ci",
      advice,
    }),
  );
}

/** Compile addons against the headers that came with this Node, if they did,
 * instead of a download. */
function headers() {
  const prefix = resolve(process.execPath, "../..");
  return existsSync(join(prefix, "include/node/node.h"))
    ? { npm_config_nodedir: prefix }
    : {};
}

function advice(excerpt) {
  const text = excerpt.join("\n");
  if (text.includes("EUSAGE")) {
    return "package-lock.json does not fit package.json: run npm install, and keep the lock that it writes.";
  }
  if (
    /npm error code (ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN)/.test(text)
  ) {
    return "The npm registry cannot be reached: check the network or `npm config get registry` and run this again.";
  }
  if (/ENOENT|spawn npm/.test(text)) {
    return "Check that npm, which comes with Node.js, is installed and on PATH, and run this again.";
  }
  if (/gyp|better-sqlite3/.test(text)) {
    return "better-sqlite3 found no prebuilt binary to download and could not be compiled: install a C++ compiler, make and python3 (Debian: apt-get install build-essential python3) and run this again.";
  }
  return "Fix what npm says above and run this again.";
}
