/** socket.io's parser; an event of Conat has one attachment at most. */

import { Decoder as AnyDecoder } from "socket.io-parser";

export { Encoder } from "socket.io-parser";

export class Decoder extends AnyDecoder {
  constructor() {
    super({ maxAttachments: 1 });
  }
}
