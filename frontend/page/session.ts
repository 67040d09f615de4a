/** Who is signed in at the host that served this page. */

import { Session, SessionRefusal } from "../../conat-api/wire/session.js";

export type SignInResult =
  | { type: "signed-in"; session: Session }
  /** `reason`: a token was refused; without one nobody was signed in. */
  | { type: "signed-out"; reason?: string }
  | { type: "unreachable" };

/** The token of `#token=...`, which is taken out of the address. */
export function takeToken({
  location,
  history,
}: Pick<Window, "location" | "history">): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token === null) return undefined;
  history.replaceState(null, "", `${location.pathname}${location.search}`);
  return token;
}

export const readSession = (): Promise<SignInResult> => ask({ method: "GET" });

export const signIn = (token: string): Promise<SignInResult> =>
  ask({
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  });

export async function signOut(): Promise<void> {
  await fetch("/session", { method: "DELETE" });
}

async function ask(
  request: RequestInit & { method: "GET" | "POST" },
): Promise<SignInResult> {
  let answer: Response;
  try {
    answer = await fetch("/session", request);
  } catch {
    return { type: "unreachable" };
  }
  const reply: unknown = await answer.json().catch(() => undefined);
  if (answer.ok) {
    const session = Session.safeParse(reply);
    return session.success
      ? { type: "signed-in", session: session.data }
      : { type: "unreachable" };
  }
  if (answer.status >= 500) return { type: "unreachable" };
  const refusal = SessionRefusal.safeParse(reply);
  return request.method === "POST"
    ? {
        type: "signed-out",
        reason: refusal.success ? refusal.data.error : "The token is refused.",
      }
    : { type: "signed-out" };
}
