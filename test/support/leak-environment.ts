import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  EnvironmentContext,
  JestEnvironment,
  JestEnvironmentConfig,
} from "@jest/environment";
import type { Circus } from "@jest/types";
import { TestEnvironment } from "jest-environment-node";

type Environment = new (
  config: JestEnvironmentConfig,
  context: EnvironmentContext,
) => JestEnvironment;

/** Hooks of leak-setup.ts, by the names of their functions. */
const lastHooks = new Set(["checkLeaks", "removeTempRoot"]);

/** For tests in Node; browser-environment.ts is for those in a browser. */
export default withTempRoot(TestEnvironment);

/**
 * Makes each test file's temporary root and names it in PB_TEST_ROOT, in the
 * sandbox and in the real process: `child_process` hands down the real one.
 */
export function withTempRoot(Base: Environment): Environment {
  return class extends Base {
    override handleTestEvent = runLast;

    override async setup(): Promise<void> {
      await super.setup();
      const root = mkdtempSync(join(tmpdir(), "pb-test-"));
      chmodSync(root, 0o755);
      process.env["PB_TEST_ROOT"] = root;
      this.global.process.env["PB_TEST_ROOT"] = root;
    }

    override async teardown(): Promise<void> {
      removeEmptyRoot();
      await super.teardown();
    }
  };
}

/** Circus runs hooks as they were defined: ours were first, must be last. */
function runLast({ name }: Circus.Event, state: Circus.State): void {
  if (name !== "run_start") return;
  const { hooks } = state.rootDescribeBlock;
  const isLast = ({ fn }: Circus.Hook) => lastHooks.has(fn.name);
  const last = hooks.filter(isLast);
  const others = hooks.filter((hook) => !isLast(hook));
  hooks.splice(0, hooks.length, ...others, ...last);
}

/** Where all tests are skipped no hook runs; the root is empty then. */
function removeEmptyRoot(): void {
  const root = process.env["PB_TEST_ROOT"];
  delete process.env["PB_TEST_ROOT"];
  if (root === undefined || !existsSync(root)) return;
  if (readdirSync(root).length === 0) rmdirSync(root);
}
