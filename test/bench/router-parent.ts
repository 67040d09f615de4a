/** A child process of the benchmark: a question at a time, until we go. */

export function answerParent(
  answer: (question: Record<string, unknown>) => Promise<object>,
): void {
  process.on("message", (question: Record<string, unknown>) => {
    void answer(question).then((reply) => process.send?.(reply));
  });
  process.on("disconnect", () => process.exit());
}
