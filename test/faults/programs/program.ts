/** What a stand-in for a program of the outside world is given, and what it must say. */

/** How a scenario wants one run of a program to go. */
export interface Script {
  fail?: { stderr: string; exitCode: number };
  /** No output, no CPU, for ever. */
  hang?: true;
  /** Exits with 0 and prints nothing of use. */
  garbage?: true;
  /** Ends as after Ctrl-C: says so and exits with 0. */
  termed?: true;
  /** The backup is stored, and then the reply is lost. */
  lostReply?: true;
  /** Files that cannot be read. */
  unreadable?: readonly string[];
  noSpace?: true;
  /** Every command fails after 31 s. */
  unreachable?: true;
  slowMs?: number;
}

export interface ProgramCall {
  /**
   * What follows the program's name. Prefixes (setpriv, nice, ionice, env, sh)
   * are small programs of their own that call `exec`.
   */
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  input: string;
  pid: number;
  out(text: string | Buffer): void;
  err(text: string): void;
  /** Runs another program in this one's place: same pid, same streams. */
  exec(
    file: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<number>;
  /** Passes virtual time while "working": the group's CPU counter moves. */
  work(ms: number): Promise<void>;
  /**
   * What this process would still do, alone, if its host died now and nothing
   * ended it: one rename. undefined: nothing any more.
   */
  wouldStill(rename: { from: string; to: string } | undefined): void;
  script: Script;
}

/** Resolves with the exit code. */
export type Program = (call: ProgramCall) => Promise<number>;
