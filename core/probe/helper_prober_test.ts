import assert from "node:assert/strict";
import type { Endpoint } from "../network.ts";
import { DEFAULT_PLAN, type TracePlan } from "../plan.ts";
import { featureAnswer, type HelperDoor, HelperProber, neededFeatures } from "./helper_prober.ts";
import type { Flight, Told } from "./prober.ts";

const TO: Endpoint = { family: 4, address: "10.0.0.9", scopeId: 0 };
const FIRST = 33_000;
const LAST = 65_535;

/** A helper that writes what the test says. */
class Script implements HelperDoor {
  readonly written: string[] = [];
  lines: string[] = [];
  atUs = 1_000_000;

  nowUs(): number {
    return this.atUs;
  }

  write(line: string): void {
    this.written.push(line);
  }

  read(): readonly string[] {
    return this.lines.splice(0);
  }

  sourceAddress(): string {
    return "10.0.0.1";
  }
}

function open(plan: Partial<TracePlan> = {}): { door: Script; prober: HelperProber<number> } {
  const door = new Script();
  return { door, prober: new HelperProber<number>(door, { ...DEFAULT_PLAN, ...plan }) };
}

function send(prober: HelperProber<number>, tag = 0): Flight<number> {
  const sending = prober.send({ to: TO, port: undefined, ttl: 1, packetBytes: 64, fill: 0 }, tag);
  assert.ok(sending.ok);
  return sending.flight;
}

function hear(plan: Partial<TracePlan>, line: string): readonly Told<number>[] {
  const { door, prober } = open(plan);
  send(prober, 5);
  door.atUs += 50_000;
  door.lines = [line];
  return prober.receive(Infinity);
}

const ANSWER = "ip-4 10.0.0.7 round-trip-time 1500";

Deno.test("numbers begin where mtr's do, end at the greatest port, and begin again", () => {
  const { door, prober } = open();
  for (let count = 0; count <= LAST - FIRST + 1; count++) prober.close(send(prober));
  const tokens = door.written.map((line) => Number(line.split(" ")[0]));
  assert.deepEqual([tokens[0], tokens.at(-2), tokens.at(-1)], [FIRST, LAST, FIRST]);
});

Deno.test("a number that is in flight is not given twice, and when all are there is no probe", () => {
  const { prober } = open();
  const flights = Array.from({ length: LAST - FIRST + 1 }, () => send(prober));
  const sending = prober.send({ to: TO, port: undefined, ttl: 1, packetBytes: 64, fill: 0 }, 0);
  assert.ok(!sending.ok && sending.reason === "noBuffer");
  prober.close(flights[40]!);
  assert.equal(send(prober).sequence, FIRST + 40);
});

Deno.test("an answer has the helper's time, and came no later than it was told", () => {
  const [told] = hear({}, `33000 ttl-expired ${ANSWER}`);
  assert.ok(told?.kind === "answer");
  assert.deepEqual([told.flight.tag, told.from, told.rttUs, told.atUs], [5, "10.0.0.7", 1_500, 1_001_500]);
  assert.equal(told.answer.kind, "timeExceeded");
  const [late] = hear({}, "33000 reply ip-4 10.0.0.9 round-trip-time 2000000");
  assert.ok(late?.kind === "answer" && late.atUs === 1_050_000);
});

Deno.test("what fits no probe is foreign", () => {
  for (const line of [`32999 reply ${ANSWER}`, `33001 reply ${ANSWER}`, "33000 reply ip-6 fd00::1 round-trip-time 5"]) {
    assert.deepEqual(hear({}, line).map(({ kind }) => kind), ["foreign"], line);
  }
});

Deno.test("an answer is told again to who asks again", () => {
  const { door, prober } = open();
  const flight = send(prober);
  door.lines = [`33000 reply ${ANSWER}`, `33000 reply ${ANSWER}`];
  assert.equal(prober.receive(Infinity).length, 2);
  prober.close(flight);
  door.lines = [`33000 reply ${ANSWER}`];
  assert.deepEqual(prober.receive(Infinity).map(({ kind }) => kind), ["answer"]);
});

Deno.test("names without an address say why a probe did not leave; unknown ones say nothing", () => {
  const reasons = {
    "no-route": "noRoute",
    "no-route-host": "hostUnreachable",
    "network-down": "networkDown",
    "permission-denied": "permissionDenied",
    "address-in-use": "addressInUse",
    "address-not-available": "addressNotAvailable",
    "invalid-argument reason protocol-not-supported": "invalid",
    "probes-exhausted": "noBuffer",
    "unexpected-error errno 90": "other",
  };
  for (const [words, reason] of Object.entries(reasons)) {
    const [told] = hear({}, `33000 ${words}`);
    assert.ok(told?.kind === "unsent", words);
    assert.deepEqual([told.reason, told.detail], [reason, words]);
  }
  for (
    const words of [
      "no-reply",
      "reply",
      "teapot",
      `teapot ${ANSWER}`,
      "constructor",
      `constructor ${ANSWER}`,
      "__proto__",
    ]
  ) {
    assert.deepEqual(hear({}, `33000 ${words}`), [], words);
  }
});

Deno.test("each release of mtr knows its own names for a missing route", () => {
  const kinds = (mtr: TracePlan["mtr"], name: string): readonly string[] =>
    hear({ mtr }, `33000 ${name} ${ANSWER}`).map(({ kind }) => kind);
  assert.deepEqual(kinds("0.95", "no-route"), ["answer"]);
  assert.deepEqual(kinds("0.95", "no-route-host"), []);
  assert.deepEqual(kinds("0.95", "host-down"), []);
  assert.deepEqual(kinds("0.96", "no-route"), []);
  for (const name of ["no-route-host", "no-route-network", "host-down"]) {
    assert.deepEqual(kinds("0.96", name), ["answer"], name);
  }
});

Deno.test("the first line that is no reply is kept", () => {
  const { door, prober } = open();
  send(prober);
  door.lines = [`33000 reply ${ANSWER}`, "what?", "33000"];
  assert.equal(prober.receive(Infinity).length, 1);
  assert.equal(prober.brokenLine, "what?");
});

Deno.test("mtr says which address to send from, and whoever asks for none leaves it to the helper", () => {
  const line = (plan: Partial<TracePlan>): string => {
    const { door, prober } = open(plan);
    send(prober);
    return door.written[0]!;
  };
  assert.match(line({ mtr: "0.95" }), / local-ip-4 10\.0\.0\.1 /);
  assert.doesNotMatch(line({}), /local-ip/);
  assert.match(line({ sourceAddress: "10.0.0.3" }), / local-ip-4 10\.0\.0\.3 /);
  assert.doesNotMatch(line({ mtr: "0.95", device: "eth0" }), /local-device/);
  assert.match(line({ mtr: "0.96", device: "eth0" }), / local-device eth0$/);
});

Deno.test("it is asked what is needed, in mtr's order", () => {
  assert.deepEqual(neededFeatures(DEFAULT_PLAN, [4, 4]), ["send-probe", "ip-4", "icmp"]);
  const plan: TracePlan = { ...DEFAULT_PLAN, protocol: "tcp", mark: 3 };
  assert.deepEqual(neededFeatures(plan, [6, 4]), ["send-probe", "ip-6", "ip-4", "tcp", "mark"]);
  assert.equal(featureAnswer("1 feature-support support ok"), true);
  assert.equal(featureAnswer("1 feature-support support no"), false);
  assert.equal(featureAnswer("1 feature-support"), false);
  for (const stranger of ["1 reply", "1 check-support feature send-probe"]) {
    assert.equal(featureAnswer(stranger), false, stranger);
  }
  for (const line of ["2 feature-support support ok", "", "1"]) {
    assert.equal(featureAnswer(line), undefined, line);
  }
});
