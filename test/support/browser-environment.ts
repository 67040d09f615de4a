import { TextDecoder, TextEncoder } from "node:util";
import { TestEnvironment } from "jest-environment-jsdom";
// Without suffix: Jest loads this file without its moduleNameMapper.
import { withTempRoot } from "./leak-environment";

/**
 * jsdom, with what antd (and the leak check's own modules) ask of a browser
 * and jsdom does not have.
 */
class BrowserEnvironment extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    const window = this.global;
    Object.assign(window, {
      matchMedia: (media: string) => new NeverMatches(media),
      ResizeObserver: IdleObserver,
      TextDecoder,
      TextEncoder,
    });
    window.Element.prototype.scrollIntoView = () => {};
    // jsdom reports "not implemented" for pseudo-elements.
    const { getComputedStyle } = window;
    window.getComputedStyle = (element) => getComputedStyle(element);
  }
}

class NeverMatches {
  readonly matches = false;
  constructor(readonly media: string) {}
  addListener(): void {}
  removeListener(): void {}
  addEventListener(): void {}
  removeEventListener(): void {}
}

class IdleObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

export default withTempRoot(BrowserEnvironment);
