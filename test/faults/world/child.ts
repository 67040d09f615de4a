/** The part of a child process of execa's that we use. */

export interface ExecaOptions {
  cwd: string;
  input: string;
  env: Readonly<Record<string, string>>;
}

export interface Result {
  exitCode: number | undefined;
  signal: string | undefined;
  code?: string;
  originalMessage?: string;
}

/** The part of a stream that we use. */
export class Output {
  private listeners: ((chunk: Buffer) => void)[] = [];
  on(_event: "data", listener: (chunk: Buffer) => void): void {
    this.listeners.push(listener);
  }
  destroy(): void {
    this.listeners = [];
  }
  write(text: string | Buffer): void {
    const chunk = typeof text === "string" ? Buffer.from(text) : text;
    for (const listener of this.listeners) listener(chunk);
  }
}

export type Child = Promise<Result> & {
  pid: number | undefined;
  stdout: Output;
  stderr: Output;
};
