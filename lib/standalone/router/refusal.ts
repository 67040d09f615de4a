/** What a client is told when it does not get what it asked for. */

export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    message: string,
    readonly code: number,
    /** More fields of the answer. */
    readonly fields: object = {},
  ) {
    super(message);
  }
}

export type RefusalReply = { error: string; code: number };

/** The shape of CoCalc's router: the error as text, and a code like HTTP's. */
export const refusalReply = ({ message, code, fields }: Refusal) =>
  ({ error: `Error: ${message}`, code, ...fields }) satisfies RefusalReply;

export const malformed = (what: string): Refusal => new Refusal(what, 400);
