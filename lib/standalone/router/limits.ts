/** How much one client may ask of the router. */

export interface RouterLimits {
  /** Subscriptions of one connection. */
  subscriptions: number;
  hubSubscriptions: number;
  /** Connections of one identity. */
  connections: number;
  hubConnections: number;
  connectionsInAll: number;
  /** Sockets that have not signed in; one more ends the oldest of them. */
  strangers: number;
  strangerBytes: number;
  /** Events in a window: of a connection, of all of an identity, of a hub. */
  connectionEvents: number;
  identityEvents: number;
  hubEvents: number;
  /** What an identity that is no hub may send in the same window. */
  identityBytes: number;
  eventWindowMs: number;
  /** For so long after too many events all are refused. */
  eventBlockMs: number;
  /** Failed sign-ins of an address in a window, which it then sits out. */
  failedSignIns: number;
  failedSignInWindowMs: number;
  /** What may wait for a client that does not read; more, and it is cut off. */
  unreadBytes: number;
  /** What a hub has not read: of one identity, and of all; more waits. */
  senderMessages: number;
  senderBytes: number;
  hubUnreadBytes: number;
  /** A hub that has read nothing for so long is cut off. */
  hubSilentMs: number;
  /** Events of a connection that wait for their turn before we stop reading. */
  waitingEvents: number;
  waitingBytes: number;
  /** Calls of `wait-for-interest` of one connection at a time, and how long. */
  interestWaits: number;
  interestWaitMs: number;
  /** From the socket's opening to CONNECT, and from there to an identity. */
  connectMs: number;
  signInMs: number;
  /** From the text of an event to the bytes that it announced. */
  attachmentMs: number;
  /** `info` is sent again when it was not acknowledged in this time. */
  infoMs: number;
}

/**
 * CoCalc's own values where it has such a limit, but for the events and bytes
 * of people and projects: there a hub is many machines, here it is one socket.
 */
export const defaultLimits: RouterLimits = {
  subscriptions: 500,
  hubSubscriptions: 15_000,
  connections: 100,
  hubConnections: 1000,
  connectionsInAll: 10_000,
  strangers: 500,
  strangerBytes: 16_384,
  connectionEvents: 1000,
  identityEvents: 2000,
  hubEvents: 50_000,
  identityBytes: 64_000_000,
  eventWindowMs: 10_000,
  eventBlockMs: 10_000,
  failedSignIns: 100,
  failedSignInWindowMs: 60_000,
  unreadBytes: 32_000_000,
  senderMessages: 32,
  senderBytes: 1_000_000,
  hubUnreadBytes: 8_000_000,
  hubSilentMs: 30_000,
  waitingEvents: 64,
  waitingBytes: 16_000_000,
  interestWaits: 100,
  interestWaitMs: 90_000,
  connectMs: 10_000,
  signInMs: 10_000,
  attachmentMs: 60_000,
  infoMs: 7500,
};

/** The largest payload of a frame, and what `info` says of it. */
export const maxPayload = 8_000_000;
