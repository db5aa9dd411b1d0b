/** What mtr says when it cannot go on. */
import type { RefusalReason, TraceEvent } from "../messages.ts";
import type { SendFailure } from "../network.ts";
import type { DialectName } from "./dialect.ts";

type ByDialect = string | Readonly<Record<DialectName, string>>;

/** By why a probe did not leave; the others end nothing. */
const SEND_TEXTS: Readonly<Partial<Record<SendFailure, ByDialect>>> = {
  noBuffer: "Probes exhausted",
  invalid: "mtr-packet reported invalid argument",
  permissionDenied: {
    "0.95": "Permission denied",
    "0.96": "mtr-packet reported permission denied while sending a probe",
  },
  addressInUse: "Address in use",
  addressNotAvailable: "Address not available",
  tooLarge: "Unexpected mtr-packet error",
  other: "Unexpected mtr-packet error",
};

const NOT_STARTED: ByDialect = {
  "0.95": "Failure to start mtr-packet: Invalid argument",
  "0.96": "Failure to start mtr-packet: Broken pipe\nIt did not answer when it was asked what it can do.",
};

const REFUSAL_TEXTS: Readonly<Record<RefusalReason, ByDialect>> = {
  privileges: NOT_STARTED,
  helperNotStarted: NOT_STARTED,
  helperUnable: "Failure to start mtr-packet: Operation not supported",
  helperUnfit: "Packet type unsupported: Operation not supported",
  helperUnreadable: "reply parse failure: Invalid argument",
  helperEnded: "unexpected packet generator exit: Broken pipe",
  environment: NOT_STARTED,
};

/** The text of an event that ends the run; `undefined` if it goes on. */
export function fatalText(event: TraceEvent, dialect: DialectName): string | undefined {
  if (event.kind !== "sendFailed" && event.kind !== "unsent") return undefined;
  const text = SEND_TEXTS[event.reason];
  return text === undefined ? undefined : textOf(text, dialect);
}

export function refusalText(reason: RefusalReason, dialect: DialectName): string {
  return textOf(REFUSAL_TEXTS[reason], dialect);
}

function textOf(text: ByDialect, dialect: DialectName): string {
  return typeof text === "string" ? text : text[dialect];
}
