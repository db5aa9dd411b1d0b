/** `deno task bench speed`: what mtr-deno and others cost, in turn, on the same namespaces. */
import type { World } from "../tests/lab/world.ts";
import { fleet, NET } from "./fleet.ts";
import { flood } from "./flood.ts";
import { lateness } from "./lateness.ts";
import { type Files, start } from "./start.ts";

export async function speed(world: World, files: Files): Promise<string> {
  await world.addTargets(NET);
  const parts = [await start(world, files), await fleet(world), await flood(world), await lateness(world)];
  return parts.join("\n\n");
}
