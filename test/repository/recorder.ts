/** Keeps what rustic says on stderr, as the host would read it. */

import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "../../lib/exec.js";
import type { Location } from "../../lib/repository/location.js";
import type { Credential } from "../../lib/repository/profile.js";
import type { RusticCommand } from "../../lib/repository/rustic.js";
import { tempDir, tempRoot } from "../support/temp.js";
import { toolPath } from "../support/tools.js";
import { hostRustic } from "./ground.js";

const fixtures = join(__dirname, "fixtures");

export interface Run {
  location: Location;
  credential?: Credential;
  command: RusticCommand<unknown>;
  /** Runs rustic as nobody, who owns nothing here. */
  asNobody?: boolean;
  /** With the pid of rustic's process group. */
  onStart?: (pgid: number) => void;
}

export const password: Credential = { password: "fixture" };
const nobody = 65534;

/** Runs the command and writes `fixtures/<name>.txt`. */
export async function record(name: string, run: Run): Promise<void> {
  const dir = tempDir("record");
  chmodSync(dir, 0o777);
  const { location, credential = password, command } = run;
  const rustic = hostRustic({ binary: recordingRustic(dir), dataDir: dir });
  await rustic
    .call(location, credential, command, {
      ...(run.asNobody ? { wrap: asNobody } : {}),
      onGroup: (group) => group && run.onStart?.(group.pid),
    })
    .catch(() => {});
  const code = Number(readFileSync(join(dir, "code"), "utf8"));
  const ended = code > 128 ? `signal ${code - 128}` : `exit ${code}`;
  const text = scrub(readFileSync(join(dir, "stderr"), "utf8"), location);
  mkdirSync(fixtures, { recursive: true });
  writeFileSync(join(fixtures, `${name}.txt`), `${ended}\n${text}`);
  rmSync(dir, { recursive: true });
}

/** rustic, with its stderr and exit code kept in `dir`. */
function recordingRustic(dir: string): string {
  const path = join(dir, "recording");
  const real = join(dir, "rustic");
  // Where ours is, nobody may not go.
  copyFileSync(toolPath("rustic"), real);
  const script = [
    "#!/bin/sh",
    "trap : TERM",
    `'${real}' "$@" 2>'${dir}/stderr'`,
    "code=$?",
    `cat '${dir}/stderr' >&2`,
    `echo $code >'${dir}/code'`,
    "exit $code",
    "",
  ];
  writeFileSync(path, script.join("\n"), { mode: 0o755 });
  return path;
}

/** The profile is nobody's then. */
function asNobody({ file, args, ...rest }: Command): Command {
  const profile = args[args.indexOf("-P") + 1] ?? "";
  chownSync(profile, nobody, nobody);
  chmodSync(dirname(profile), 0o711);
  const ids = [`--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];
  return { ...rest, file: "setpriv", args: [...ids, file, ...args] };
}

/** Nothing of this machine or this moment, so that differences mean something. */
function scrub(text: string, { secrets }: Location): string {
  let scrubbed = text.replaceAll(tempRoot(), "/ground");
  for (const secret of secrets) {
    scrubbed = scrubbed.replaceAll(secret, "***");
  }
  scrubbed = numbered(scrubbed, /\b[0-9a-f]{64}\b/g);
  return numbered(scrubbed, /(?<=\b(?:pack|snapshot|Tree ID) `?)[0-9a-f]{8}\b/g)
    .replace(/done in [\d.]+(?:µs|ms|s)\b/g, "done in 1ms")
    .replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:8000")
    .replace(/(\/ground\/[a-z0-9]+)-[A-Za-z0-9]{6}\b/g, "$1")
    .replace(/run\/[0-9a-f-]+\.toml/g, "run/call.toml")
    .replace(/\/[^\s`"']*\/registry\/src\/[^/]*/g, "/cargo")
    .replace(/thread '([^']*)' \(\d+\)/g, "thread '$1' (1)")
    .replace(/\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT/g, "a moment ago")
    .replace(/("x-amz-(?:request-id|id-2)": )"[^"]*"/g, '$1"1"')
    .replace(/^Aborted\n/gm, "") // The shell's.
    .replace(/[ \t]+$/gm, "");
}

/** Each id by its place, except those that are not random. */
function numbered(text: string, ids: RegExp): string {
  const seen = new Map<string, string>();
  return text.replace(ids, (id) => {
    if (new Set(id).size <= 2) return id;
    const place = String(seen.size + 1);
    const number = seen.get(id) ?? place.padStart(id.length, "0");
    seen.set(id, number);
    return number;
  });
}
