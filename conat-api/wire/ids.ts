/** Random tokens of subjects: 10 characters that cannot be mistaken. */

const alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

export function randomId(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(10));
  return Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join("");
}
