/** Two runners at a time; one that a plan has killed is replaced. */

import { type ChildProcess, fork } from "node:child_process";
import { dirname, join } from "node:path";
import type { Plan } from "./plan.js";
import type { Answer, Order } from "./runner.js";

export interface Crew {
  /** Resolves when the run is over, through all its kills. */
  run(plan: Plan, root: string): Promise<Answer>;
  close(): void;
}

const quick = join(dirname(process.argv[1] ?? ""), "quick.cjs");

export function createMember(): Crew {
  let runner: ChildProcess | undefined;
  const hired = () =>
    (runner ??= fork(quick, ["--runner"], {
      execArgv: ["--max-semi-space-size=64"],
    }));

  const order = (given: Order): Promise<Answer | "killed"> =>
    new Promise((resolve) => {
      const child = hired();
      const done = (answer: Answer | "killed") => {
        child.removeAllListeners();
        resolve(answer);
      };
      child.once("message", (answer: Answer) => done(answer));
      child.once("exit", (code, signal) => {
        runner = undefined;
        const broken = `the runner ended with ${code ?? signal}`;
        done(signal === "SIGKILL" ? "killed" : { broken });
      });
      child.send(given);
    });

  return {
    async run(plan, root) {
      let answer = await order({ plan, root });
      while (answer === "killed") answer = await order({ root });
      return answer;
    },
    close: () => void runner?.disconnect(),
  };
}
