/**
 * How fast one connection may go. Over a limit its events are refused; and
 * since a refusal is work too, it is also read from less often.
 */

import type { Socket } from "socket.io";
import { createAdmission, windowOf } from "./admission.js";
import { limitAttachments } from "./attachment.js";
import { type Identity, isHub } from "./identity.js";
import type { RouterLimits } from "./limits.js";
import { byteLength } from "./outbox.js";
import { createQueue } from "./queue.js";
import { createReader } from "./reader.js";
import type { Refusal } from "./refusal.js";
import type { Switchboard } from "./switchboard.js";
import { websocketOf } from "./websocket.js";
import { Window } from "./window.js";

export interface Flow {
  /** Events wait for `entered`, and nothing is read meanwhile. */
  ready(entered: Promise<void>): void;
  whenReady(): Promise<void>;
  /** Counts the event that just came in. */
  admit(identity: Identity | undefined): Admitted;
  /** Runs the events in their order. `run` does not reject. */
  push(bytes: number, run: () => Promise<void>): void;
  close(): void;
}

export interface Admitted {
  /** All of its frames. */
  bytes: number;
  /** undefined: it was let in. */
  refusal: Refusal | undefined;
}

/** Reading stops for so long at a time; pings are to be answered in 20 s. */
const pauseMs = 250;
/** Frames of an event: its text, its bytes, an acknowledgement, and some. */
const framesAnEvent = 4;
/** What an event takes besides its bytes, about. */
const eventBytes = 100;

export function createFlow(switchboard: Switchboard, socket: Socket): Flow {
  const { limits, shares, tally } = switchboard;
  const websocket = websocketOf(socket);
  const reader = createReader(websocket);
  const queue = createQueue({
    maxEvents: limits.waitingEvents,
    maxBytes: limits.waitingBytes,
    onLong: (isLong) => reader[isLong ? "hold" : "release"]("queue"),
  });
  const admission = createAdmission(limits, shares);
  const frames = countFrames(limits, socket, () =>
    reader.holdFor("frames", pauseMs),
  );
  const stopLimit = limitAttachments(socket.conn, limits.attachmentMs, () =>
    websocket.terminate(),
  );
  let entered: Promise<void> | undefined;

  return {
    ready(promise) {
      reader.hold("sign-in");
      entered = promise.finally(() => reader.release("sign-in"));
      queue.push(0, () => entered as Promise<void>);
    },
    whenReady: () => entered ?? Promise.resolve(),
    admit(identity) {
      frames.isHub ||= identity !== undefined && isHub(identity);
      const bytes = frames.takeBytes();
      const refusal = admission.admit(identity, bytes);
      if (refusal) {
        tally.limited++;
        reader.holdFor("limit", pauseMs);
      }
      return { bytes, refusal };
    },
    push: (bytes, run) => queue.push(eventBytes + bytes, run),
    close() {
      stopLimit();
      queue.close();
      reader.close();
    },
  };
}

interface Frames {
  isHub: boolean;
  /** Of all frames since the last time: those of one event. */
  takeBytes(): number;
}

/** Frames that are no event are work too, and no limit of events sees them. */
function countFrames(
  limits: RouterLimits,
  socket: Socket,
  hold: () => void,
): Frames {
  const windowFor = (events: number) =>
    new Window(windowOf(limits, events * framesAnEvent));
  const [ordinary, hub] = [
    windowFor(limits.identityEvents),
    windowFor(limits.hubEvents),
  ];
  let bytes = 0;
  const frames = {
    isHub: false,
    takeBytes() {
      const taken = bytes;
      bytes = 0;
      return taken;
    },
  };
  socket.conn.on("packet", ({ data }: { data?: unknown }) => {
    bytes += byteLength(data);
    const window = frames.isHub ? hub : ordinary;
    if (window.hit(performance.now()) > 0) hold();
  });
  return frames;
}
