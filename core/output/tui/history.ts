/** What happened to one target, as far as the screen looks back. */
import type { TraceEvent } from "../../messages.ts";
import type { Path } from "../../path/path.ts";
import { SampleHistory } from "./samples.ts";

export class TargetHistory {
  readonly samples = new SampleHistory();

  /** The caller hands over the events of one target only, in their order, each after `path` has taken it in. */
  apply(event: TraceEvent, _path: Path): void {
    this.samples.apply(event);
  }

  /** The figures begin anew. */
  reset(): void {
    this.samples.reset();
  }
}
