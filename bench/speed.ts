/** `deno task bench speed`: what mtr-deno and others cost, in turn, on the same namespaces. */
import type { World } from "../tests/lab/world.ts";
import { fleet, NET } from "./fleet.ts";
import { flood } from "./flood.ts";
import { lateness } from "./lateness.ts";
import { type Files, start } from "./start.ts";

/** Each table as soon as it is measured. */
export async function* speed(world: World, files: Files): AsyncGenerator<string> {
  await world.addTargets(NET);
  yield `${await start(world, files)}\n`;
  yield `${await fleet(world)}\n`;
  yield `${await flood(world)}\n`;
  yield await lateness(world);
}
