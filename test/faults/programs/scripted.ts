/** What a scenario can ask of any program's run. */

import type { Program, ProgramCall } from "./program.js";

export function scripted(program: Program): Program {
  return async (call) => {
    const { script } = call;
    if (call.args[0] === "--version") return program(call);
    await call.work(1 + (script.slowMs ?? 0));
    if (script.hang) return forEver();
    if (script.fail) return failed(call, script.fail);
    if (script.garbage) {
      call.out("{}\nnothing that anybody asked for\n");
      return 0;
    }
    return program(call);
  };
}

function failed(
  { err }: ProgramCall,
  { stderr, exitCode }: { stderr: string; exitCode: number },
): number {
  err(stderr);
  return exitCode;
}

function forEver(): Promise<number> {
  return new Promise(() => {});
}
