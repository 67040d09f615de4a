/** A standalone host in memory, as its page sees it: HTTP and a router. */

import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";
import { ConatError } from "../../conat-api/wire/errors.js";
import type { WireClient } from "../../conat-api/wire/index.js";
import type { Session, SessionProject } from "../../conat-api/wire/session.js";
import { PanelHost } from "./panel-host.js";
import { panelProject } from "./panel-project.js";

export class PageHost {
  readonly panel = new PanelHost();
  /** Whose cookie the browser has. */
  signedIn: Session | undefined;
  /** Good once, each. */
  readonly links = new Map<string, Session>();
  away = false;
  /** `GET`, `POST <token>`, `DELETE`, as they came in. */
  readonly asked: string[] = [];
  readonly clients: FakeWireClient[] = [];
  /** Answers wait for this. */
  held: Promise<void> | undefined;

  /** Puts itself where a browser has the network and other tabs. */
  install(): void {
    Object.assign(window, {
      fetch: (_path: string, request: RequestInit) => this.fetch(request),
      BroadcastChannel: FakeChannel,
      MessageChannel: FakeMessageChannel,
    });
  }

  /** Takes the place of the wire's `connect`. */
  connect(): WireClient {
    const client = new FakeWireClient(this.panel);
    this.clients.push(client);
    return client as unknown as WireClient;
  }

  project(title: string): SessionProject {
    const project = panelProject();
    this.panel.projects.set(project.project_id, project);
    return { project_id: project.project_id, title, role: "owner" };
  }

  private async fetch({ method, body }: RequestInit): Promise<Response> {
    const { token } = JSON.parse((body as string | null) ?? "{}");
    this.asked.push(token === undefined ? `${method}` : `${method} ${token}`);
    if (this.away) throw new TypeError("Failed to fetch");
    const answer = this.answer(method, token);
    await this.held;
    return answer;
  }

  private answer(method = "GET", token = ""): Response {
    if (method === "DELETE") {
      this.signedIn = undefined;
      return response(204);
    }
    if (method === "POST") {
      const session = this.links.get(token);
      if (!session) return response(401, { error: "The link was used." });
      this.links.delete(token);
      this.signedIn = session;
    }
    return this.signedIn
      ? response(200, JSON.parse(JSON.stringify(this.signedIn)))
      : response(401, { error: "You are not signed in." });
  }
}

/** A router's client, as far as the page uses it. */
export class FakeWireClient {
  readonly call: PanelHost["client"]["call"];
  readonly subscribe: PanelHost["client"]["subscribe"];
  readonly events = new EventEmitter();
  state = "connected";
  /** What the next sign-ins at the router end with. */
  readonly refusals: ConatError[] = [];

  constructor({ client }: PanelHost) {
    this.call = client.call;
    this.subscribe = client.subscribe;
  }

  on(event: string, listener: () => void): void {
    this.events.on(event, listener);
  }

  off(event: string, listener: () => void): void {
    this.events.off(event, listener);
  }

  async signedIn(): Promise<void> {
    const refusal = this.refusals.shift();
    if (refusal) throw refusal;
  }

  lose(): void {
    this.events.emit("disconnected");
  }

  close(): void {
    this.state = "closed";
  }
}

export function someSession(fields: Partial<Session> = {}): Session {
  return {
    host_id: "host-1",
    account_id: randomUUID(),
    name: "ada",
    hub: false,
    projects: [],
    ...fields,
  };
}

/** jsdom has no Response. */
export const response = (status: number, body?: unknown) =>
  ({
    ok: status < 300,
    status,
    json: async () => {
      if (body === undefined) throw new SyntaxError("no JSON");
      return body;
    },
  }) as Response;

/** Told to all others of the name, a moment later. */
export class FakeChannel extends EventTarget {
  static readonly open = new Set<FakeChannel>();

  constructor(readonly name: string) {
    super();
    FakeChannel.open.add(this);
  }

  postMessage(data: unknown): void {
    this.tell(data);
  }

  tell(data: unknown): void {
    for (const other of FakeChannel.open) {
      if (other !== this && other.name === this.name) {
        const told = new MessageEvent("message", { data });
        setTimeout(() => other.dispatchEvent(told), 0);
      }
    }
  }

  close(): void {
    FakeChannel.open.delete(this);
  }
}

/** Of jsdom's lacks; antd's forms tell their fields by it. */
class FakeMessageChannel {
  readonly port1 = { onmessage: () => {} };
  readonly port2 = {
    postMessage: () => queueMicrotask(() => this.port1.onmessage()),
  };
}
