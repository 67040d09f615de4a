/** What the router tells of itself. */

export interface RouterCounts {
  /** Open sockets, signed in or not. */
  sockets: number;
  connections: number;
  subscriptions: number;
  /** Clients that wait for somebody to subscribe. */
  waiting: number;
  /** Publishers that wait for a hub to read. */
  held: number;
  /** Since the start: */
  published: number;
  delivered: number;
  /** Sign-ins that failed. */
  refused: number;
  /** Publishing or subscribing where one may not. */
  denied: number;
  malformed: number;
  /** Events over the limit. */
  limited: number;
  /** Clients that did not read and were disconnected. */
  cutOff: number;
}

export type Tally = Omit<
  RouterCounts,
  "sockets" | "connections" | "subscriptions" | "waiting" | "held"
>;

export const newTally = (): Tally => ({
  published: 0,
  delivered: 0,
  refused: 0,
  denied: 0,
  malformed: 0,
  limited: 0,
  cutOff: 0,
});
