/**
 * The commands that are no traces: they have a word in the place of the first argument, or a name that the program was
 * started by.
 */
import { whomToBecome } from "./caller.ts";
import { printAll, remedies } from "./speech.ts";
import { documentOf } from "../core/option/documents.ts";
import { USAGE_REMEDY } from "../core/option/problem.ts";
import { UnusableError } from "../core/program/world.ts";
import { RELAY_HELP, type RelayInvocation, relayInvocation } from "../core/relay/invocation.ts";
import { SCHEMA_USAGE, type SchemaInvocation, schemaInvocation } from "../core/schema/invocation.ts";
import { schemaText } from "../core/schema/mod.ts";
import { NotPermittedError } from "../ffi/icmp_socket.ts";
import { programName } from "../ffi/program_name.ts";

/**
 * Does what has options of its own, whatever they are, and gives the exit status; `undefined` if something else is
 * wanted.
 */
export async function serve(argv: readonly string[]): Promise<number | undefined> {
  const relay = relayInvocation(argv, programName);
  if (relay !== undefined) return await runRelay(relay);
  const schema = schemaInvocation(argv);
  return schema === undefined ? undefined : await runSchema(schema);
}

/** Prints a text of the program's own, and gives the exit status; `undefined` if something else is wanted. */
export async function printDocument(argv: readonly string[]): Promise<number | undefined> {
  const document = await documentOf(argv);
  if (document?.ok === false) throw new UnusableError(`${document.problem.message}\n${USAGE_REMEDY}`);
  return document === undefined ? undefined : await printAll(document.text);
}

/** Takes the place of mtr-packet, in this thread. */
async function runRelay(relay: RelayInvocation): Promise<number> {
  if (relay.action === "help") return await printAll(RELAY_HELP);
  if (relay.action === "refuse") throw new UnusableError(relay.message);
  const { NoServerError, servePackets } = await import("../ffi/packet_server.ts");
  try {
    servePackets({ ...relay, giveUp: whomToBecome() });
  } catch (error) {
    if (error instanceof NoServerError) throw new UnusableError(error.message);
    if (!(error instanceof NotPermittedError)) throw error;
    throw new UnusableError(`${error.message}\n${remedies("icmp")}`);
  }
  return 0;
}

/** Prints the schema of an output. */
async function runSchema(schema: SchemaInvocation): Promise<number> {
  if (schema.action === "refuse") throw new UnusableError(`${schema.message}\n${USAGE_REMEDY}`);
  return await printAll(schema.action === "help" ? SCHEMA_USAGE : await schemaText(schema.name));
}
