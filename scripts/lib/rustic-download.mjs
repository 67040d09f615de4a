import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { chmod, mkdir, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { versionOf } from "./command.mjs";
import { download, downloadText } from "./download.mjs";
import { Interrupted } from "./failure.mjs";
import { place } from "./place.mjs";
import { say, step } from "./progress.mjs";
import { mustRun } from "./run.mjs";

const RELEASES = "https://github.com/rustic-rs/rustic/releases/download";

/** Install the published binary at `home`/bin/rustic. Returns false, having
 * said why, where it cannot be had: then rustic is compiled. */
export async function downloadRustic(version, home) {
  for (const target of targets()) {
    try {
      await step(`Downloading rustic ${version} (${target})`, (detail) =>
        place(home, (temp) => unpacked(version, target, temp, detail)),
      );
      return true;
    } catch (error) {
      if (error instanceof Interrupted) {
        throw error;
      }
      say(`No ready-made rustic for ${target}: ${error.message}`);
      if (error.unreachable) {
        return false;
      }
    }
  }
  return false;
}

/** glibc first: musl's allocator is slow with many threads. The glibc binary
 * may need a newer one than this system has; the musl binary needs none. */
function targets() {
  const glibc = [`${cpu()}-unknown-linux-gnu`];
  const musl = [`${cpu()}-unknown-linux-musl`];
  if (process.platform !== "linux" || !cpu()) {
    return [];
  }
  return hasGlibc() ? [...glibc, ...musl] : musl;
}

function cpu() {
  return { x64: "x86_64", arm64: "aarch64" }[process.arch];
}

function hasGlibc() {
  process.report.excludeNetwork = true;
  return Boolean(process.report.getReport().header.glibcVersionRuntime);
}

async function unpacked(version, target, temp, detail) {
  const mirror = process.env.PROJECT_BACKUPS_RUSTIC_RELEASES || RELEASES;
  const name = `rustic-v${version}-${target}.tar.gz`;
  const url = `${mirror}/v${version}/${name}`;
  const archive = join(temp, name);
  const checksum = await downloadText(`${url}.sha256`);
  await download(url, archive, detail);
  checkSum(archive, checksum);
  return extract(archive, version, temp);
}

function checkSum(archive, published) {
  const expected = /^[0-9a-f]{64}\b/i.exec(published.trim())?.[0];
  const hash = createHash("sha256").update(readFileSync(archive));
  if (hash.digest("hex") !== expected?.toLowerCase()) {
    throw new Error("its checksum is not the published one");
  }
}

/** Some releases have the binary at the top, some in a folder. */
async function extract(archive, version, temp) {
  const files = join(temp, "files");
  const bin = join(temp, "home", "bin");
  await mkdir(files);
  await mkdir(bin, { recursive: true });
  await mustRun("tar", ["-xzf", archive, "-C", files], { what: "tar" });
  const names = await readdir(files, { recursive: true, withFileTypes: true });
  const found = names.find((at) => at.isFile() && at.name === "rustic");
  if (!found) {
    throw new Error("there is no rustic in the archive");
  }
  const binary = join(bin, "rustic");
  await rename(join(found.parentPath, found.name), binary);
  await chmod(binary, 0o755);
  if ((await versionOf(binary)) !== version) {
    throw new Error("it does not run on this system");
  }
  return join(temp, "home");
}
