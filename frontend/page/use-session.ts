/** Who is signed in, for as long as the page is open. */

import { useCallback, useEffect, useRef, useState } from "react";
import { readSession, signIn, type SignInResult, signOut } from "./session.js";
import { tellOtherTabs, useChecks, useLinks } from "./signs.js";

export type PageState = SignInResult | { type: "asking" };

export interface PageSession {
  state: PageState;
  enter(token: string): Promise<void>;
  /** Resolves to false when the host does not answer. */
  leave(): Promise<boolean>;
  /**
   * Is it still so? Shows what changed since, a new project too, and offers a
   * token again that the host has not seen. The same function always.
   */
  check(): Promise<void>;
}

/** `first`: the token of the address that the page was opened with. */
export function useSession(first: string | undefined): PageSession {
  const [state, setState] = useState<PageState>({ type: "asking" });
  const unseen = useRef<string>(undefined);
  const { act, ask } = useTurns();

  const enter = useCallback(
    (token: string) =>
      act(async (isLast) => {
        unseen.current = token;
        const result = await signIn(token);
        if (!isLast()) return;
        if (result.type !== "unreachable") unseen.current = undefined;
        if (result.type === "signed-in") tellOtherTabs();
        setState(result);
      }),
    [act],
  );
  const leave = useCallback(
    () =>
      act(async (isLast) => {
        const out = await signOut();
        if (out) tellOtherTabs();
        if (out && isLast()) setState({ type: "signed-out" });
        return out;
      }),
    [act],
  );
  const check = useCallback(async () => {
    const token = unseen.current;
    await ask(async (isLast) => {
      if (token !== undefined) return enter(token);
      const result = await readSession();
      if (isLast()) setState((shown) => afterCheck(shown, result));
    });
  }, [ask, enter]);

  useEffect(() => {
    void (first === undefined ? check() : enter(first));
  }, [first, check, enter]);
  useLinks(enter);
  useChecks(check, state.type === "unreachable" ? 5000 : 60_000);
  return { state, enter, leave, check };
}

type Turn<T> = (isLast: () => boolean) => Promise<T>;

/**
 * What a person does goes before what the page asks by itself: an answer from
 * before it, or to a question asked meanwhile, would be out of date.
 */
function useTurns() {
  const turns = useRef({ count: 0, acting: 0 }).current;
  const act = useCallback(
    async <T>(turn: Turn<T>): Promise<T> => {
      const mine = (turns.count += 1);
      turns.acting += 1;
      return turn(() => turns.count === mine).finally(() => {
        turns.acting -= 1;
      });
    },
    [turns],
  );
  const ask = useCallback(
    async (turn: Turn<void>): Promise<void> => {
      const { count, acting } = turns;
      if (acting === 0) await turn(() => turns.count === count);
    },
    [turns],
  );
  return { act, ask };
}

const ended =
  "Your sign-in has ended: you signed out in another tab, it was too old, or the account was removed.";

function afterCheck(shown: PageState, result: SignInResult): PageState {
  if (result.type === "signed-in") return result;
  // A host that is away for a moment ends no sign-in.
  const asking = shown.type === "asking" || shown.type === "unreachable";
  if (asking) return result;
  return result.type === "signed-out" && shown.type === "signed-in"
    ? { type: "signed-out", reason: ended }
    : shown;
}
