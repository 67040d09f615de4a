/** One line to the test that started the program. */
export function say(line: unknown): void {
  process.stdout.write(`${String(line)}\n`);
}
