/** Plays events into a stream, for its tests: what it writes, call by call. */
import { EventScript, TARGET } from "../path/_script.ts";
import type { IpInfo } from "../name/ip_info.ts";
import { Path } from "../path/path.ts";
import { DEFAULT_PLAN } from "../plan.ts";
import { DEFAULT_VIEW, type View } from "../view.ts";
import type { OutputFormat, OutputStream } from "./record.ts";

export class Play {
  /** Filled as a test goes on, as by lookups. */
  readonly names = new Map<string, string>();
  readonly infos = new Map<string, IpInfo>();
  /** May change as a test goes on, as by keys. */
  readonly view: { -readonly [Setting in keyof View]: View[Setting] };
  readonly stream: OutputStream;
  readonly #paths: readonly Path[];
  readonly #scripts: readonly EventScript[];

  constructor(format: OutputFormat, view: Partial<View> = {}, hosts: readonly string[] = ["target.example"]) {
    if (format.stream === undefined) throw new TypeError("This format has no stream");
    this.view = { ...DEFAULT_VIEW, ...view };
    this.#paths = hosts.map(() => new Path({ address: TARGET, family: 4, firstTtl: 1, maxTtl: 30 }));
    const names = {
      host: (address: string) => this.names.get(address),
      ipInfo: (address: string) => this.infos.get(address),
    };
    this.stream = format.stream({
      view: this.view,
      names,
      targets: hosts.map((typed) => ({ typed, address: TARGET })),
      run: () => ({
        program: { name: "mtr-deno", version: "0.1.0" },
        localHost: "vm",
        plan: DEFAULT_PLAN,
        view: this.view,
        names,
        targets: hosts.map((typed, index) => ({
          typed,
          status: "PARTIAL",
          startedAtMs: 0,
          endedAtMs: 0,
          utcOffsetMinutes: 0,
          path: this.#paths[index]!,
        })),
      }),
    });
    this.#scripts = hosts.map(() => new EventScript());
  }

  /** The lines of what `happens` adds to the script of a target. */
  when(happens: (script: EventScript) => unknown, target = 0): readonly string[] {
    const script = this.#scripts[target];
    const path = this.#paths[target];
    if (script === undefined || path === undefined) throw new RangeError(`No target ${target}`);
    const before = script.events.length;
    happens(script);
    const events = script.events.slice(before).filter((event) => "target" in event);
    return linesOf(
      events.map((event) => {
        path.apply(event);
        return this.stream.event({ ...event, target }, path);
      }).join(""),
    );
  }

  /** The lines when a name becomes known. */
  named(address: string, name: string): readonly string[] {
    this.names.set(address, name);
    return linesOf(this.stream.named(address));
  }

  tick(): readonly string[] {
    return linesOf(this.stream.tick());
  }
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").slice(0, -1);
}
