/** A worker and its sockets, as the main thread sees them: commands out, events in. */
import { fromColumns } from "../core/event_columns.ts";
import type {
  Access,
  Command,
  Notice,
  PrivilegesToGiveUp,
  RefusalReason,
  Target,
  TraceEvent,
} from "../core/messages.ts";
import type { Family } from "../core/network.ts";
import type { PlanChange, TracePlan } from "../core/plan.ts";
import { startWorker } from "./start_worker.ts";
import { wake } from "./waker.ts";

/** The sockets could not be opened as the plan wants them, or a helper cannot do what it is there for. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";

  /** `privileges`: this user may open neither raw nor datagram ICMP sockets. */
  constructor(readonly reason: RefusalReason, message: string) {
    super(message);
  }
}

/** A library changes nobody's ids. */
const KEEP_IDS: PrivilegesToGiveUp = { uid: undefined, gid: undefined };

export interface OpenOptions {
  /** Whom to become once the sockets are open; unless given, the ids stay. */
  readonly giveUp?: PrivilegesToGiveUp;
  /** To be traced at once. */
  readonly targets?: readonly Target[] | undefined;
  /** A program and its arguments that sends the probes and speaks mtr-packet's language. */
  readonly helper?: readonly string[] | undefined;
  /** `change` may choose another protocol: what that needs is opened, too, where it is allowed. */
  readonly mayChange?: boolean | undefined;
  /** Is told what the helper writes on its standard error; unless given, that goes to this program's own. */
  readonly hear?: ((text: string) => void) | undefined;
  /** Nobody looks at events before a target is finished: they may come late, and many at once. */
  readonly isUnwatched?: boolean | undefined;
}

/** A worker and its sockets: one run, from its start to its end. */
export class Session {
  readonly #worker: Worker;
  readonly #ready = Promise.withResolvers<Readonly<Partial<Record<Family, Access>>>>();
  readonly #batches: (readonly TraceEvent[])[] = [];
  #isTraced = false;
  #news = Promise.withResolvers<void>();
  /** Who waits for what becomes of a change, in their order. */
  readonly #changes: ((refusal: string | undefined) => void)[] = [];
  #waker: number | undefined;
  #ended = false;
  #defect: Error | undefined;
  #hearHelper: (text: string) => void = () => {};

  /** The worker does nothing until it is told to `open`. */
  constructor(worker = startWorker()) {
    this.#worker = worker;
    this.#worker.onmessage = ({ data }: MessageEvent<Notice>) => this.#hear(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(new Error(event.message));
    };
    // Who never asks for `ready` hears of a refusal from `events`.
    this.#ready.promise.catch(() => {});
  }

  /** Opens the sockets and then gives up the privileges; with `targets` it begins to `trace` them as well. */
  open(plan: TracePlan, options: OpenOptions = {}): void {
    const { giveUp = KEEP_IDS, targets, helper, mayChange = false, hear, isUnwatched = false } = options;
    if (targets !== undefined) this.#traceOnce();
    if (hear !== undefined) this.#hearHelper = hear;
    this.#command({
      ...{ kind: "open", plan, giveUp, mayChange, isHelperHeard: hear !== undefined, isUnwatched },
      ...(targets && { targets }),
      ...(helper && { helper }),
    });
  }

  /** Fulfilled when the sockets are open and the privileges given up; rejected with `RefusedError`. */
  get ready(): Promise<Readonly<Partial<Record<Family, Access>>>> {
    return this.#ready.promise;
  }

  /**
   * Traces these targets, whose indexes count from 0, all at once; it need not wait for `ready`. Once only, unless it
   * `goesOn`: then further calls add targets, whose indexes go on, and the run lasts until one has said that it is the last.
   * Where a helper sends the probes there is but one call.
   */
  trace(targets: readonly Target[], { goesOn = false }: { readonly goesOn?: boolean } = {}): void {
    this.#traceOnce(goesOn);
    this.#command({ kind: "trace", targets, goesOn });
  }

  /** Sends nothing until `resume`. */
  pause(): void {
    this.#command({ kind: "pause" });
  }

  resume(): void {
    this.#command({ kind: "resume" });
  }

  /** Probes otherwise from the next round on; gives why that cannot be, if so. */
  change(change: PlanChange): Promise<string | undefined> {
    if (this.#ended || this.#defect !== undefined) return Promise.resolve(undefined);
    this.#command({ kind: "change", change });
    return new Promise((resolve) => this.#changes.push(resolve));
  }

  /** Ends the run: what is in flight stays undecided. */
  stop(): void {
    this.#command({ kind: "stop" });
  }

  /** The events in batches, as the worker tells them, until the run has ended. */
  async *events(): AsyncGenerator<readonly TraceEvent[]> {
    for (;;) {
      for (const batch of this.#batches.splice(0)) yield batch;
      if (this.#defect !== undefined) throw this.#defect;
      if (this.#batches.length > 0) continue;
      if (this.#ended) return;
      await this.#news.promise;
      this.#news = Promise.withResolvers();
    }
  }

  /** Ends the worker, whatever it does, and the events. */
  close(): void {
    this.#worker.terminate();
    this.#ended = true;
    this.#news.resolve();
  }

  #traceOnce(goesOn = false): void {
    if (this.#isTraced) throw new Error("Cannot trace twice in one session: make another one");
    this.#isTraced = !goesOn;
  }

  #command(command: Command): void {
    this.#worker.postMessage(command);
    this.#wake();
  }

  #wake(): void {
    if (this.#waker !== undefined) wake(this.#waker);
  }

  #hear(notice: Notice): void {
    switch (notice.kind) {
      case "ready":
        this.#waker = notice.waker;
        // It may wait already, with what was said before this was known.
        this.#wake();
        this.#ready.resolve(notice.access);
        return;
      case "refused":
        this.#fail(new RefusedError(notice.reason, notice.message));
        return;
      case "events":
        this.#batches.push(notice.events);
        break;
      case "eventColumns":
        this.#batches.push(fromColumns(notice.columns));
        break;
      case "changed":
        this.#changes.shift()?.(notice.refusal);
        return;
      case "said":
        this.#hearHelper(notice.text);
        return;
      case "ended":
        this.#ended = true;
        break;
      case "crashed":
        this.#fail(new Error(notice.message));
        return;
    }
    this.#news.resolve();
  }

  #fail(error: Error): void {
    this.#defect = error;
    this.#ready.reject(error);
    this.#news.resolve();
  }
}
