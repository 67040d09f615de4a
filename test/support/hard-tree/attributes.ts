import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";

/** `attributes/`: xattrs, ACLs, mode bits, owners that do not exist. */
export async function addAttributes(root: string): Promise<void> {
  const dir = join(root, "attributes");
  mkdirSync(dir);
  addModes(dir);
  addOwners(dir);
  await addXattrs(dir);
  await addAcls(dir);
}

function addModes(dir: string): void {
  for (const mode of [0o4755, 0o2755, 0o6711, 0o1644, 0o000, 0o200, 0o777]) {
    const octal = mode.toString(8).padStart(4, "0");
    const file = join(dir, `file-${octal}`);
    writeFileSync(file, `mode ${octal}\n`);
    chmodSync(file, mode);
  }
  for (const mode of [0o2775, 0o1777, 0o4755, 0o000, 0o300]) {
    const path = join(dir, `dir-${mode.toString(8).padStart(4, "0")}`);
    mkdirSync(path);
    writeFileSync(join(path, "inside"), "inside\n");
    chmodSync(path, mode);
  }
}

function addOwners(dir: string): void {
  const ids = [1, 65_534, 1_234_567, 2_000_000_123, 4_294_967_290];
  for (const id of ids) {
    const file = join(dir, `owner-${id}`);
    writeFileSync(file, `owner ${id}\n`);
    chownSync(file, id, id - 1);
    // A chown clears these bits: a restore has to set them afterwards.
    chmodSync(file, 0o6755);
  }
}

async function addXattrs(dir: string): Promise<void> {
  for (const path of [join(dir, "xattr-file"), join(dir, "xattr-dir")]) {
    if (path.endsWith("dir")) mkdirSync(path);
    else writeFileSync(path, "xattrs\n");
    await setXattr(path, "user.text", "plain");
    await setXattr(path, "user.empty", "");
    await setXattr(path, "user.bytes", `0x${"00ff0a80".repeat(8)}`);
    await setXattr(path, "user.long", "l".repeat(1500));
    await setXattr(path, "user.ümläut name", "not ASCII");
    await setXattr(path, "trusted.overlay.opaque", "y");
    await setXattr(path, "trusted.secret", "seen by root only");
  }
}

async function setXattr(path: string, name: string, value: string) {
  await execa("setfattr", ["-n", name, "-v", value, "--", path]);
}

async function addAcls(dir: string): Promise<void> {
  const file = join(dir, "acl-file");
  const shared = join(dir, "acl-dir");
  writeFileSync(file, "ACL\n");
  mkdirSync(shared);
  const entries = "u:1234567:rw,g:7654321:r,m::rw";
  await execa("setfacl", ["-m", entries, "--", file, shared]);
  await execa("setfacl", ["-d", "-m", entries, "--", shared]);
  // It inherits the default ACL.
  writeFileSync(join(shared, "inherits"), "ACL\n");
}
