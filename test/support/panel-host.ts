import { EventEmitter } from "node:events";
import { isDeepStrictEqual } from "node:util";
import {
  callerOfSubject,
  type ConatDelivery,
  eventsSubject,
  type MethodName,
  methods,
} from "../../conat-api/index.js";
import type { PanelClient } from "../../frontend/index.js";
import { answers, type PanelProject } from "./panel-project.js";

/** A call whose answer is known but not yet delivered. */
export interface HeldCall {
  method: MethodName;
  deliver(): void;
  fail(error: Error): void;
}

/**
 * A host in memory behind the Conat client that a panel is given. Requests
 * and replies are held against the contract, so that it cannot drift.
 */
export class PanelHost {
  readonly projects = new Map<string, PanelProject>();
  /** `<method>`, as they came in. */
  readonly calls: { method: MethodName; subject: string; input: unknown }[] =
    [];
  readonly subscriptions = new Set<FakeSubscription>();
  readonly state = new EventEmitter();
  /** Answers of these wait in `held`. */
  readonly holding = new Set<MethodName>();
  held: HeldCall[] = [];
  /** What these are answered with. */
  readonly failures = new Map<MethodName | "subscribe", Error>();

  readonly client: Required<PanelClient> = {
    call: (subject) =>
      new Proxy(
        {},
        {
          get: (_target, name: string) =>
            name === "then"
              ? undefined
              : (input: unknown) =>
                  this.answer(subject, name as MethodName, input),
        },
      ),
    subscribe: async (subject) => {
      const failure = this.failures.get("subscribe");
      if (failure) throw failure;
      const subscription = new FakeSubscription(subject, () =>
        this.subscriptions.delete(subscription),
      );
      this.subscriptions.add(subscription);
      return subscription;
    },
    on: (event, listener) => this.state.on(event, listener),
    off: (event, listener) => this.state.off(event, listener),
  };

  constructor(...projects: PanelProject[]) {
    for (const project of projects) {
      this.projects.set(project.project_id, project);
    }
  }

  getClient = async (): Promise<PanelClient> => this.client;

  /** All methods answer with this from now on. */
  failAll(error: Error): void {
    for (const name of Object.keys(methods) as MethodName[]) {
      this.failures.set(name, error);
    }
  }

  publish(project_id: string, data: unknown): void {
    const subject = eventsSubject(project_id);
    for (const subscription of this.subscriptions) {
      if (subscription.subject === subject) subscription.push(data);
    }
  }

  count(method: MethodName): number {
    return this.calls.filter((call) => call.method === method).length;
  }

  get listenerCount(): number {
    return (
      this.state.listenerCount("connected") +
      this.state.listenerCount("disconnected")
    );
  }

  private async answer(
    subject: string,
    method: MethodName,
    request: unknown,
  ): Promise<unknown> {
    const input = methods[method].input.parse(request);
    this.calls.push({ method, subject, input });
    const failure = this.failures.get(method);
    if (failure) throw failure;
    const reply = this.reply(subject, method, input as never);
    if (this.holding.has(method)) await this.hold(method);
    return reply;
  }

  private reply(subject: string, method: MethodName, input: never): unknown {
    const caller = callerOfSubject(subject, "no-host");
    const project =
      caller?.type === "account" && this.projects.get(caller.project_id);
    if (!project) throw wireError(`no subscribers matching '${subject}'`, 503);
    const reply = JSON.parse(JSON.stringify(answers[method](project, input)));
    if (!isDeepStrictEqual(methods[method].output.parse(reply), reply)) {
      throw new Error(`the fake's answer to ${method} is not the contract's`);
    }
    return reply;
  }

  private hold(method: MethodName): Promise<void> {
    return new Promise((resolve, reject) => {
      this.held.push({ method, deliver: resolve, fail: reject });
    });
  }
}

/** As CoCalc's client makes one of a reply: a message, and perhaps a code. */
export function wireError(message: string, code?: string | number): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

class FakeSubscription implements AsyncIterable<ConatDelivery> {
  private queue: unknown[] = [];
  private wake: () => void = () => {};
  private closed = false;

  constructor(
    readonly subject: string,
    private readonly onClose: () => void,
  ) {}

  push(data: unknown): void {
    this.queue.push(data);
    this.wake();
  }

  close(): void {
    this.closed = true;
    this.onClose();
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ConatDelivery> {
    while (!this.closed) {
      if (this.queue.length > 0) {
        yield { subject: this.subject, data: this.queue.shift() };
      } else {
        await new Promise<void>((resolve) => (this.wake = resolve));
      }
    }
  }
}
