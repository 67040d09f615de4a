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

export async function readSession(): Promise<SignInResult> {
  const answer = await ask({ method: "GET" });
  if (answer?.status === 401) return { type: "signed-out" };
  return signedIn(answer);
}

/** A refused token takes nothing from whoever is signed in already. */
export async function signIn(token: string): Promise<SignInResult> {
  const answer = await ask({
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  });
  const refused = answer && answer.status >= 400 && answer.status < 500;
  if (!refused) return signedIn(answer);
  const present = await readSession();
  if (present.type === "signed-in") return present;
  const refusal = SessionRefusal.safeParse(answer.body);
  const reason = refusal.success ? refusal.data.error : "It was refused.";
  return { type: "signed-out", reason };
}

/** False: the host did not answer, and the sign-in stands. */
export async function signOut(): Promise<boolean> {
  const answer = await ask({ method: "DELETE" });
  return answer?.ok ?? false;
}

const patienceMs = 15_000;

interface Answer {
  ok: boolean;
  status: number;
  /** Undefined when it is not JSON. */
  body: unknown;
}

/** Undefined when there is no answer at all. */
async function ask(request: RequestInit): Promise<Answer | undefined> {
  try {
    const signal = AbortSignal.timeout(patienceMs);
    const response = await fetch("/session", { ...request, signal });
    const body: unknown = await response.json().catch(() => undefined);
    return { ok: response.ok, status: response.status, body };
  } catch {
    return undefined;
  }
}

function signedIn(answer: Answer | undefined): SignInResult {
  const session = Session.safeParse(answer?.ok ? answer.body : undefined);
  return session.success
    ? { type: "signed-in", session: session.data }
    : { type: "unreachable" };
}
