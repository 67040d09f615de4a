import { admitting } from "../../lib/standalone/admission.js";

const admits = admitting(["Backups.Example.org", "127.0.0.1"]);

const ask = (host?: string, origin?: string): boolean =>
  admits({
    headers: {
      ...(host === undefined ? {} : { host }),
      ...(origin === undefined ? {} : { origin }),
    },
  });

describe("a request of a program, which has no Origin", () => {
  test.each([
    "localhost",
    "localhost:8643",
    "LocalHost:8643",
    "127.0.0.1",
    "127.0.0.1:8643",
    "10.1.2.3:8643",
    "[::1]",
    "[::1]:8643",
    "[FE80::1]:8643",
    "backups.example.org",
    "BACKUPS.example.org:443",
  ])("is admitted at %s", (host) => {
    expect(ask(host)).toBe(true);
  });

  test.each([
    // Names that somebody else points to this machine.
    "evil.example",
    "evil.example:8643",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "x.localhost",
    "localhost.",
    "xlocalhost",
    "sub.backups.example.org",
    "backups.example.org.evil.example",
    "example.org",
    "127-0-0-1.evil.example",
    // No hosts at all.
    "",
    " ",
    ":8643",
    "localhost:port",
    "localhost:99999",
    "[::1",
    "::1",
    "a b",
    "localhost evil.example",
  ])("is refused at %j", (host) => {
    expect(ask(host)).toBe(false);
  });

  test("is refused without a Host", () => {
    expect(ask()).toBe(false);
    expect(ask(undefined, "http://localhost")).toBe(false);
  });

  test("cannot hide a name behind one that is known", () => {
    for (const host of [
      "localhost@evil.example",
      "localhost:1@evil.example",
      "evil.example#localhost",
      "evil.example/localhost",
      "evil.example?localhost",
      "evil.example\\@localhost",
    ]) {
      expect(ask(host)).toBe(false);
    }
  });
});

describe("a request of a page", () => {
  test.each([
    ["localhost:8643", "http://localhost:8643"],
    ["LOCALHOST:8643", "http://localhost:8643"],
    ["localhost", "http://localhost"],
    ["localhost:80", "http://localhost"],
    ["127.0.0.1:8643", "http://127.0.0.1:8643"],
    ["[::1]:8643", "http://[::1]:8643"],
    ["[0:0:0:0:0:0:0:1]:8643", "http://[::1]:8643"],
    // Behind a proxy that speaks TLS.
    ["backups.example.org", "https://backups.example.org"],
    ["backups.example.org:443", "https://backups.example.org"],
    ["backups.example.org:8443", "https://backups.example.org:8443"],
  ])("at %s is admitted from %s", (host, origin) => {
    expect(ask(host, origin)).toBe(true);
  });

  test.each([
    ["localhost:8643", "null"],
    ["localhost:8643", ""],
    ["localhost:8643", "localhost:8643"],
    ["localhost:8643", "http://evil.example"],
    ["localhost:8643", "https://evil.example:8643"],
    // Another server of this machine, and another name of it.
    ["localhost:8643", "http://localhost:3000"],
    ["localhost:8643", "http://localhost"],
    ["localhost:8643", "https://localhost"],
    ["localhost:8643", "http://127.0.0.1:8643"],
    ["127.0.0.1:8643", "http://localhost:8643"],
    ["[::1]:8643", "http://127.0.0.1:8643"],
    ["backups.example.org", "http://x.backups.example.org"],
    ["localhost:8643", "http://localhost:8643.evil.example"],
    ["localhost:8643", "http://localhost:8643@evil.example"],
    ["localhost:8643", "file://localhost:8643"],
    ["localhost:8643", "chrome-extension://localhost:8643"],
    ["localhost:8643", "ftp://localhost:8643"],
    // Their own name, pointed here: the Origin is right, the name is not.
    ["evil.example:8643", "http://evil.example:8643"],
  ])("at %s is refused from %j", (host, origin) => {
    expect(ask(host, origin)).toBe(false);
  });
});

describe("a name that the operator gave", () => {
  test.each([
    ["with capitals", "HOST.example", "host.example"],
    ["with a port", "host.example:8643", "host.example:8643"],
    ["in its own letters", "bücher.example", "xn--bcher-kva.example"],
  ])("%s is known", (_name, name, host) => {
    expect(admitting([name])({ headers: { host } })).toBe(true);
    const foreign = { headers: { host: "other.example" } };
    expect(admitting([name])(foreign)).toBe(false);
  });

  test("that is no name admits nothing more", () => {
    const admit = admitting(["", "*", "::", "0.0.0.0", "a b"]);
    for (const host of ["evil.example", "", ":8643", "a b"]) {
      expect(admit({ headers: { host } })).toBe(false);
    }
    expect(admit({ headers: { host: "localhost" } })).toBe(true);
  });
});
