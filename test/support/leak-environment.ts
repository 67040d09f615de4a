import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Circus } from "@jest/types";
import { TestEnvironment } from "jest-environment-node";

/** Hooks of leak-setup.ts, by the names of their functions. */
const lastHooks = new Set(["checkLeaks", "removeTempRoot"]);

/**
 * Makes each test file's temporary root and names it in PB_TEST_ROOT, in the
 * sandbox and in the real process: `child_process` hands down the real one.
 * (No relative imports: Jest loads this file without its moduleNameMapper.)
 */
export default class LeakEnvironment extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    const root = mkdtempSync(join(tmpdir(), "pb-test-"));
    chmodSync(root, 0o755);
    process.env["PB_TEST_ROOT"] = root;
    this.global.process.env["PB_TEST_ROOT"] = root;
  }

  /** Circus runs hooks as they were defined: ours were first, must be last. */
  handleTestEvent({ name }: Circus.Event, state: Circus.State): void {
    if (name !== "run_start") return;
    const { hooks } = state.rootDescribeBlock;
    const isLast = ({ fn }: Circus.Hook) => lastHooks.has(fn.name);
    const last = hooks.filter(isLast);
    const others = hooks.filter((hook) => !isLast(hook));
    hooks.splice(0, hooks.length, ...others, ...last);
  }

  override async teardown(): Promise<void> {
    const root = process.env["PB_TEST_ROOT"];
    delete process.env["PB_TEST_ROOT"];
    // Where all tests are skipped no hook runs; the root is empty then.
    if (
      root !== undefined &&
      existsSync(root) &&
      readdirSync(root).length === 0
    ) {
      rmdirSync(root);
    }
    await super.teardown();
  }
}
