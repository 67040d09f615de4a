/** Process groups of programs. */

import type { Actor } from "./actor.js";

export interface Group {
  pid: number;
  started: number;
  title: string;
  line: readonly string[];
  actor: Actor;
  /** It dies with its host. */
  tethered: boolean;
  /** Of which project it writes a backup or a tree; undefined: none. */
  project_id: string | undefined;
  still: { from: string; to: string } | undefined;
  /** CPU ticks, as of now. */
  ticks(): number;
  /** SIGKILL. */
  kill(): void;
}
