/**
 * Subjects and patterns: tokens between dots. In a pattern `*` stands for one
 * token and `>`, as the last one, for one or more.
 */

export type Tokens = readonly string[];

const maxLength = 4096;
const maxTokens = 64;

/** undefined: nothing can be published on it. */
export function parseSubject(subject: string): Tokens | undefined {
  const tokens = split(subject);
  return tokens?.some(isWildcard) ? undefined : tokens;
}

/** undefined: nothing can be subscribed to it. */
export function parsePattern(pattern: string): Tokens | undefined {
  const tokens = split(pattern);
  if (tokens?.slice(0, -1).includes(">")) return undefined;
  // The pattern is the name of the event that its subscriber gets.
  return taken.has(pattern) ? undefined : tokens;
}

export const isWildcard = (token: string): boolean =>
  token === "*" || token === ">";

export function matches(pattern: Tokens, subject: Tokens): boolean {
  for (const [index, token] of pattern.entries()) {
    if (index >= subject.length) return false;
    if (token === ">") return true;
    if (token !== "*" && token !== subject[index]) return false;
  }
  return pattern.length === subject.length;
}

function split(text: string): Tokens | undefined {
  if (text.length > maxLength || /\s/.test(text)) return undefined;
  const tokens = text.split(".");
  return tokens.includes("") || tokens.length > maxTokens ? undefined : tokens;
}

/** Events that mean something else on a socket; socket.io throws on some. */
const taken = new Set([
  "connect",
  "connect_error",
  "disconnect",
  "disconnecting",
  "error",
  "info",
  "newListener",
  "permission",
  "removeListener",
]);
