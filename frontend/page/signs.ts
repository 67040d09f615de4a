/** What makes the page ask the host once more who is signed in. */

import { useEffect } from "react";
import { takeToken } from "./session.js";

/** A link that is pasted into an open tab changes no more than the hash. */
export function useLinks(enter: (token: string) => Promise<void>): void {
  useEffect(() => {
    const follow = () => {
      const token = takeToken(window);
      if (token !== undefined) void enter(token);
    };
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, [enter]);
}

const channelName = "project-backups-session";
const thisTab = Math.random();

/** By the clock, when the page is looked at again, when another tab says. */
export function useChecks(check: () => Promise<void>, everyMs: number): void {
  useEffect(() => {
    const look = () => void check();
    const seen = () => {
      if (document.visibilityState === "visible") look();
    };
    const timer = setInterval(look, everyMs);
    const others = new BroadcastChannel(channelName);
    others.addEventListener("message", ({ data }) => {
      if (data !== thisTab) look();
    });
    document.addEventListener("visibilitychange", seen);
    return () => {
      clearInterval(timer);
      others.close();
      document.removeEventListener("visibilitychange", seen);
    };
  }, [check, everyMs]);
}

/** Only that there is something to ask the host about. */
export function tellOtherTabs(): void {
  const others = new BroadcastChannel(channelName);
  // A channel has one origin, and no argument for it.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  others.postMessage(thisTab);
  others.close();
}
