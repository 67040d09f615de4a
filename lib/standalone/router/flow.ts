/**
 * How fast one connection may go, either way. Over a limit its events are
 * refused; and since a refusal is work too, it is also read from less often.
 */

import type { Socket } from "socket.io";
import { type Identity, identityKey, isHub } from "./identity.js";
import { watchOutbox } from "./outbox.js";
import { createQueue } from "./queue.js";
import { createReader } from "./reader.js";
import type { Switchboard } from "./switchboard.js";
import { websocketOf } from "./websocket.js";
import { Window } from "./window.js";

export interface Flow {
  /** Events wait for `entered`, and nothing is read meanwhile. */
  ready(entered: Promise<void>): void;
  whenReady(): Promise<void>;
  /** Counts an event: milliseconds to wait, 0 when it is let in. */
  admit(identity: Identity | undefined): number;
  /** Runs the events in their order. `run` does not reject. */
  push(argument: unknown, run: () => Promise<void>): void;
  close(): void;
}

/** Reading stops for so long at a time; pings are to be answered in 20 s. */
const pauseMs = 250;
/** Frames of an event: its text, its bytes, an acknowledgement, and some. */
const framesAnEvent = 4;

export function createFlow(switchboard: Switchboard, socket: Socket): Flow {
  const { limits, events, tally } = switchboard;
  const reader = createReader(websocketOf(socket));
  const queue = createQueue({
    maxEvents: limits.waitingEvents,
    maxBytes: limits.waitingBytes,
    onLong: (isLong) => reader[isLong ? "hold" : "release"]("queue"),
  });
  const { eventWindowMs: windowMs, eventBlockMs: blockMs } = limits;
  const own = new Window({ limit: limits.connectionEvents, windowMs, blockMs });
  let entered: Promise<void> | undefined;

  watchOutbox(socket, {
    maxBytes: limits.unreadBytes,
    onCutOff: (bytes) => noteCutOff(switchboard, bytes),
  });
  holdFrames(switchboard, socket, () => reader.holdFor("frames", pauseMs));
  return {
    ready(promise) {
      reader.hold("sign-in");
      entered = promise.finally(() => reader.release("sign-in"));
      queue.push(0, () => entered as Promise<void>);
    },
    whenReady: () => entered ?? Promise.resolve(),
    admit(identity) {
      const now = performance.now();
      const ownMs = identity && isHub(identity) ? 0 : own.hit(now);
      const ms =
        ownMs || !identity ? ownMs : events.hit(identityKey(identity), now);
      if (ms > 0) {
        tally.limited++;
        reader.holdFor("limit", pauseMs);
      }
      return ms;
    },
    push: (argument, run) => queue.push(sizeOf(argument), run),
    close() {
      queue.close();
      reader.close();
    },
  };
}

/** Frames that are no event are work too, and no limit of events sees them. */
function holdFrames(
  { limits }: Switchboard,
  socket: Socket,
  hold: () => void,
): void {
  const frames = new Window({
    limit: limits.identityEvents * framesAnEvent,
    windowMs: limits.eventWindowMs,
    blockMs: limits.eventBlockMs,
  });
  socket.conn.on("packet", () => {
    if (frames.hit(performance.now()) > 0) hold();
  });
}

function noteCutOff({ tally, logger }: Switchboard, bytes: number): void {
  tally.cutOff++;
  logger.warn("a client that does not read was disconnected", { bytes });
}

/** About what a waiting event holds: of `publish` the bytes of its chunk. */
function sizeOf(argument: unknown): number {
  const raw: unknown = Array.isArray(argument) ? argument[5] : undefined;
  return ArrayBuffer.isView(raw) ? raw.byteLength : 100;
}
