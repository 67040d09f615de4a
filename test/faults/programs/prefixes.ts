/** Programs that only change how another one runs. */

import type { Program, ProgramCall } from "./program.js";

/** `setpriv --pdeathsig KILL program ..`: what the world makes of it. */
export const setpriv: Program = (call) =>
  behind(call, ["--pdeathsig", "--reuid", "--regid"]);

export const nice: Program = (call) => behind(call, ["-n"]);

export const ionice: Program = (call) => behind(call, ["-c"]);

/** `env A=1 program ..` */
export const env: Program = (call) => {
  const at = call.args.findIndex((arg) => !/^\w+=/.test(arg));
  const named = call.args.slice(0, at).map((arg) => {
    const [name = "", ...value] = arg.split("=");
    return [name, value.join("=")] as const;
  });
  return exec(call, call.args.slice(at), {
    ...call.env,
    ...Object.fromEntries(named),
  });
};

const narrowing = 'umask 077 && exec "$@"';

/** One script is known: the one that keeps files from others. */
export const sh: Program = (call) => {
  const [flag, script, , ...rest] = call.args;
  if (flag === "-c" && script === narrowing) {
    return exec(call, rest, { ...call.env, [umaskVariable]: "077" });
  }
  call.err("sh: the stand-in does not know this script\n");
  return Promise.resolve(127);
};

/** A process has a umask; a stand-in has a variable. */
const umaskVariable = "STAND_IN_UMASK";

/** The mode that a new file of the program gets. */
export function fileMode({ env }: ProgramCall): number {
  return 0o666 & ~Number.parseInt(env[umaskVariable] ?? "022", 8);
}

/** Skips options; those in `valued` have their value behind them. */
function behind(call: ProgramCall, valued: readonly string[]) {
  let at = 0;
  while (call.args[at]?.startsWith("-")) {
    at += valued.includes(call.args[at] ?? "") ? 2 : 1;
  }
  return exec(call, call.args.slice(at), call.env);
}

function exec(
  call: ProgramCall,
  [file, ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  return file === undefined ? Promise.resolve(1) : call.exec(file, args, env);
}
