import { spawn } from "node:child_process";

/** Run by leaks.test.ts in a Jest of its own: the first test has to fail. */
let child: ReturnType<typeof spawn> | undefined;

function start(): void {
  child = spawn("sleep", ["1000"], { stdio: "ignore" });
}

// Defined after the check's own hook, and yet it runs before it.
let atEnd: () => void = () => {};
afterEach(() => atEnd());
afterAll(() => void child?.kill("SIGKILL"));

test("leaves a process behind", () => {
  start();
  expect(child?.pid).toBeGreaterThan(0);
});

test("ends its process in an afterEach", () => {
  child?.kill("SIGKILL");
  start();
  atEnd = () => void child?.kill("SIGKILL");
  expect(child?.pid).toBeGreaterThan(0);
});
