import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { keep } from "./fixtures.js";
import { toolPath } from "./tools.js";

/** Nothing that asks the network by itself. */
const quiet = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export type TestBrowser = {
  /** A page of its own: no cookie of another one. */
  open(url: string, options?: OpenOptions): Promise<TestPage>;
  close(): Promise<void>;
};

export type OpenOptions = {
  /** Of the window, in pixels. */
  width?: number;
};

export type TestPage = {
  page: Page;
  /** What went wrong in the page: thrown errors, refused resources. */
  complaints: string[];
  /** One more page with the same cookies; its complaints are the same list. */
  another(url: string): Promise<Page>;
  close(): Promise<void>;
};

export async function startBrowser(): Promise<TestBrowser> {
  // Not below the test's root: a helper of Chromium leaves our process tree,
  // and would look like something left behind. It ends with the browser.
  const home = mkdtempSync(join(tmpdir(), "pb-browser-"));
  const server = await chromium.launchServer({
    executablePath: toolPath("chromium"),
    args: quiet,
    env: { PATH: process.env["PATH"], HOME: home },
  });
  const { release } = keep(server.process().pid ?? 0);
  const browser = await chromium.connect(server.wsEndpoint());
  return {
    async open(url, { width = 1200 } = {}) {
      const context = await browser.newContext({
        viewport: { width, height: 900 },
      });
      const complaints: string[] = [];
      const another = async (url: string) => {
        const page = await context.newPage();
        listen(page, complaints);
        await page.goto(url);
        return page;
      };
      const page = await another(url);
      return { page, complaints, another, close: () => context.close() };
    },
    async close() {
      await browser.close();
      await server.close();
      release();
      rmSync(home, { recursive: true, maxRetries: 5 });
    },
  };
}

function listen(page: Page, complaints: string[]): void {
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
}

/** For people to look at: PB_SCREENSHOTS names a directory. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const directory = process.env["PB_SCREENSHOTS"];
  if (!directory) return;
  await page.screenshot({
    path: join(directory, `${name}.png`),
    fullPage: true,
  });
}
