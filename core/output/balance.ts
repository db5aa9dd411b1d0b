/** Why several addresses answer at a hop, as far as it means something: of probes whose flows vary nobody can say it. */
import type { Balance } from "../path/balance.ts";
import type { HopFigures } from "../path/hop.ts";
import type { RunRecord } from "./record.ts";

/** `undefined` where nobody can know. */
export function balanceOf({ balance }: HopFigures, { plan }: Pick<RunRecord, "plan">): readonly Balance[] | undefined {
  return plan.flow === "constant" ? balance : undefined;
}
