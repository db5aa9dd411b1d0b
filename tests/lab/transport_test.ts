/**
 * UDP, TCP and SCTP over the kernel's routers: every hop with exact counts, what leaves, which ports answer how, and other
 * programs on the same way. Nobody may open ICMP datagram sockets here: UDP needs no rights at all.
 */
import assert from "node:assert/strict";
import type { Rule } from "./rules.ts";
import { ADDRESSES, CLIENT_OTHER_LINK, OPEN_PORTS, pathOf } from "./topology.ts";
import type { RunResult, World } from "./world.ts";
import { addressBytes, checksum } from "./build_packet.ts";
import type { PortPacket } from "./capture.ts";
import { mtr, openWorld, perfect, readCsv, readHops, summary, told } from "./program.ts";

const FAMILIES = [4, 6] as const;
const SILENT = { tcp: 81, udp: 54 } as const;
const CLOSED = { tcp: 82, udp: 33_000 } as const;
/** In arguments, where each family has a port of its own: a run takes its port for both. */
const OWN = "OWN";
const OWN_PORTS = { 4: 4_714, 6: 4_716 } as const;
/** Where probes' numbers that are ports begin, as traceroute's always have. */
const FIRST_NUMBER = 33_434;
const RULES: readonly Rule[] = [
  { at: "target", hook: "input", rule: `tcp dport ${SILENT.tcp} drop` },
  { at: "target", hook: "input", rule: `udp dport ${SILENT.udp} drop` },
];
const ORDINARY = { asOrdinaryUser: true } as const;
const COMMON = ["-C", "-n", "-c", "2", "-i", "0.1", "-Z", "0.5", "-G", "0.5"];

/** How the program is run: over both families at once. */
interface Run {
  readonly args: readonly string[];
  readonly asOrdinaryUser?: boolean;
  /** Which families; both unless told. */
  readonly families?: readonly (4 | 6)[];
}

/** Probes of a run by family, in the order of leaving. */
type Probes = Readonly<Record<4 | 6, readonly PortPacket[]>>;

function nameOf({ args, asOrdinaryUser = false }: Run): string {
  return `${args.join(" ")}${asOrdinaryUser ? " as an ordinary user" : ""}`;
}

/** A world with servers at the target, for all tests of one kind. */
async function withWorld(test: (world: World) => Promise<void>): Promise<void> {
  await using world = await openWorld({ pingSockets: "closed", rules: RULES });
  await using _servers = await world.servePorts();
  await test(world);
}

function of(family: 4 | 6, args: readonly string[]): readonly string[] {
  return args.map((word) => word === OWN ? String(OWN_PORTS[family]) : word);
}

async function resultsOf(world: World, { args, asOrdinaryUser = false, families = FAMILIES }: Run): Promise<
  readonly { readonly family: 4 | 6; readonly result: RunResult }[]
> {
  return await Promise.all(families.map(async (family) => {
    const result = await mtr(world, [...COMMON, ...of(family, args), ADDRESSES[family].target], { asOrdinaryUser });
    return { family, result };
  }));
}

/** Runs to the target, whose every hop must answer everything, and gives the probes that left for it. */
async function checkPerfect(world: World, run: Run): Promise<Probes> {
  await using capture = await world.capture({ filter: "udp or tcp or sctp" });
  const results = await resultsOf(world, run);
  const packets = await capture.stopWithPorts();
  const probes = { 4: probesTo(packets, ADDRESSES[4].target), 6: probesTo(packets, ADDRESSES[6].target) };
  for (const { family, result } of results) {
    assert.deepEqual(summary(readHops("-C", result.stdout)), perfect(pathOf(family), 2), told(result));
    assert.equal(result.code, 0, told(result));
    assert.equal(result.stderr, "");
    for (const ttl of [1, 2, 3, 4]) assert.equal(probes[family].filter((probe) => probe.ttl === ttl).length, 2);
  }
  return probes;
}

/** Without what the kernel itself says to a TCP port that agrees: it has no connection there, and resets it. */
function probesTo(packets: readonly PortPacket[], target: string): readonly PortPacket[] {
  return packets.filter(({ to, protocol, message }) => to === target && (protocol !== "tcp" || message[13] === SYN));
}

/** Expects that the target is silent, and only it. */
async function checkSilent(world: World, run: Run): Promise<void> {
  for (const { family, result } of await resultsOf(world, run)) {
    const routers = perfect(pathOf(family).slice(0, 3), 2);
    assert.deepEqual(summary(readHops("-C", result.stdout)), [...routers, "4 ??? sent 2 loss 100"], told(result));
    assert.equal(result.code, 1, told(result));
  }
}

const SYN = 2;
const PROTOCOL_NUMBERS = { udp: 17, tcp: 6, sctp: 132, icmp: 0 } as const;

/** Whether a packet's checksum covers it and its pseudo header; only of packets that were recorded as a whole. */
function isChecksumRight({ family, from, to, protocol, message }: PortPacket): boolean {
  const [length, number] = [message.length, PROTOCOL_NUMBERS[protocol]];
  const tail = family === 4
    ? [0, number, length >> 8, length & 255]
    : [0, 0, length >> 8, length & 255, 0, 0, 0, number];
  return checksum(Uint8Array.of(...addressBytes(from), ...addressBytes(to), ...tail, ...message)) === 0;
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 256 + bytes[at + 1]!;
}

/** Numbers that follow each other from where they begin. */
function checkNumbers(numbers: readonly number[]): void {
  assert.ok(numbers[0]! >= FIRST_NUMBER, `${numbers}`);
  assert.deepEqual(numbers, numbers.map((_, index) => numbers[0]! + index));
}

function only(values: readonly unknown[]): unknown {
  assert.equal(new Set(values).size, 1, `${values}`);
  return values[0];
}

/** Both ports, and a number in the checksum, that no two datagrams share. */
function checkConstant(probes: readonly PortPacket[], port: number): void {
  assert.equal(only(probes.map(({ destinationPort }) => destinationPort)), port);
  // The first bytes of the payload make the checksum come true, so they differ, too.
  assert.equal(new Set(probes.map(({ message }) => word(message, 8))).size, probes.length);
}

/** Our way to tell UDP probes apart and mtr's ways, and what they say of each packet. */
const SCHEMES: readonly {
  readonly args: readonly string[];
  readonly check: (probes: readonly PortPacket[], family: 4 | 6) => void;
}[] = [
  {
    args: ["-u"],
    check: (probes) => {
      assert.ok((only(probes.map(({ sourcePort }) => sourcePort)) as number) >= 1_024);
      checkConstant(probes, FIRST_NUMBER);
    },
  },
  {
    args: ["-u", "-L", OWN],
    check: (probes, family) => {
      assert.equal(only(probes.map(({ sourcePort }) => sourcePort)), OWN_PORTS[family]);
      checkConstant(probes, FIRST_NUMBER);
    },
  },
  {
    args: ["-u", "-P", String(CLOSED.udp)],
    check: (probes) => {
      assert.ok((only(probes.map(({ sourcePort }) => sourcePort)) as number) >= 1_024);
      checkConstant(probes, CLOSED.udp);
    },
  },
  {
    args: ["-u", "-P", String(CLOSED.udp), "-L", OWN],
    check: (probes, family) => {
      assert.equal(only(probes.map(({ sourcePort }) => sourcePort)), OWN_PORTS[family]);
      checkConstant(probes, CLOSED.udp);
    },
  },
  {
    args: ["-u", "--vary-flow"],
    check: (probes) => {
      const own = only(probes.map(({ sourcePort }) => sourcePort)) as number;
      assert.ok(own >= 1_024, `${own}`);
      checkNumbers(probes.map(({ destinationPort }) => destinationPort));
    },
  },
  {
    args: ["-u", "--vary-flow", "-L", OWN],
    check: (probes, family) => {
      assert.equal(only(probes.map(({ sourcePort }) => sourcePort)), OWN_PORTS[family]);
      checkNumbers(probes.map(({ destinationPort }) => destinationPort));
    },
  },
  {
    args: ["-u", "--vary-flow", "-P", String(CLOSED.udp)],
    check: (probes) => {
      checkNumbers(probes.map(({ sourcePort }) => sourcePort));
      assert.equal(only(probes.map(({ destinationPort }) => destinationPort)), CLOSED.udp);
    },
  },
  {
    args: ["-u", "--vary-flow", "-P", String(CLOSED.udp), "-L", OWN],
    check: (probes, family) => {
      assert.equal(only(probes.map(({ sourcePort }) => sourcePort)), OWN_PORTS[family]);
      assert.equal(only(probes.map(({ destinationPort }) => destinationPort)), CLOSED.udp);
      // The first bytes of the payload make the checksum come true, so they differ, too.
      assert.equal(new Set(probes.map(({ message }) => word(message, 8))).size, probes.length);
    },
  },
];

Deno.test("UDP: each scheme of ports, with and without privileges", async (t) => {
  await withWorld(async (world) => {
    for (const { args, check } of SCHEMES) {
      for (const asOrdinaryUser of [false, true]) {
        const run = { args, asOrdinaryUser };
        await t.step(nameOf(run), async () => {
          const all = await checkPerfect(world, run);
          for (const family of FAMILIES) {
            const probes = all[family];
            assert.equal(only(probes.map(({ protocol }) => protocol)), "udp");
            assert.equal(only(probes.map(({ packetBytes }) => packetBytes)), 64);
            assert.equal(only(probes.map(({ from }) => from)), ADDRESSES[family].client);
            check(probes, family);
            // Without raw sockets the kernel leaves the checksum to the link, which here never computes it.
            if (asOrdinaryUser) continue;
            assert.ok(probes.every(isChecksumRight));
            const isInChecksum = !args.includes("--vary-flow") || (args.includes("-P") && args.includes("-L"));
            if (isInChecksum) checkNumbers(probes.map(({ message }) => word(message, 6)));
          }
        });
      }
    }
  });
});

Deno.test("UDP: size, pattern, traffic class and source address leave as asked", async (t) => {
  await withWorld(async (world) => {
    for (const asOrdinaryUser of [false, true]) {
      const run = { args: ["-u", "-s", "200", "-B", "90", "-Q", "184"], asOrdinaryUser };
      await t.step(nameOf(run), async () => {
        const probes = Object.values(await checkPerfect(world, run)).flat();
        assert.equal(only(probes.map(({ packetBytes }) => packetBytes)), 200);
        assert.equal(only(probes.map(({ trafficClass }) => trafficClass)), 184);
        // The first two bytes balance the checksum.
        assert.ok(probes.every(({ message }) => message.subarray(10).every((byte) => byte === 90)));
      });
      const least = { args: ["-u", "-s", "28"], asOrdinaryUser };
      await t.step(`${nameOf(least)}: four bytes of payload at least`, async () => {
        const probes = await checkPerfect(world, least);
        assert.equal(only(probes[4].map(({ packetBytes }) => packetBytes)), 32);
        assert.equal(only(probes[6].map(({ packetBytes }) => packetBytes)), 52);
      });
    }
    for (const family of FAMILIES) {
      for (const protocol of ["-u", "-T"]) {
        const { otherLink, target } = ADDRESSES[family];
        await t.step(`${protocol} -a ${otherLink}`, async () => {
          await using capture = await world.capture({ filter: "udp or tcp" });
          const result = await mtr(world, [...COMMON, protocol, "-a", otherLink, target]);
          const probes = probesTo(await capture.stopWithPorts(), target);
          assert.equal(only(probes.map(({ from }) => from)), otherLink);
          assert.ok(probes.every(isChecksumRight));
          assert.equal(readHops("-C", result.stdout).at(-1)?.host, target, told(result));
          assert.equal(result.code, 0, told(result));
        });
      }
      await t.step(`-T -Q 184 -a ${ADDRESSES[family].otherLink} as an ordinary user`, async () => {
        const { otherLink, target } = ADDRESSES[family];
        await using capture = await world.capture({ filter: "tcp" });
        const result = await mtr(world, [...COMMON, "-T", "-Q", "184", "-a", otherLink, target], ORDINARY);
        const probes = probesTo(await capture.stopWithPorts(), target);
        assert.equal(only(probes.map(({ from }) => from)), otherLink, told(result));
        assert.equal(only(probes.map(({ trafficClass }) => trafficClass)), 184);
        assert.equal(readHops("-C", result.stdout).at(-1)?.host, target, told(result));
      });
      await t.step(`-T -I ${CLIENT_OTHER_LINK} as an ordinary user: IPv${family}`, async () => {
        const { otherLink, target } = ADDRESSES[family];
        await using capture = await world.capture({ link: CLIENT_OTHER_LINK, filter: "tcp" });
        const result = await mtr(world, [...COMMON, "-T", "-I", CLIENT_OTHER_LINK, target], ORDINARY);
        const probes = probesTo(await capture.stopWithPorts(), target);
        assert.equal(only(probes.map(({ from }) => from)), otherLink, told(result));
        assert.equal(readHops("-C", result.stdout).at(-1)?.host, target, told(result));
        assert.equal(result.code, 0, told(result));
      });
    }
  });
});

Deno.test("open, closed and silent ports of UDP, TCP and SCTP", async (t) => {
  await withWorld(async (world) => {
    for (const asOrdinaryUser of [false, true]) {
      const open = { args: ["-u", "-P", String(OPEN_PORTS.udp)], asOrdinaryUser };
      await t.step(nameOf(open), async () => void await checkPerfect(world, open));
      const silent = { args: ["-u", "-P", String(SILENT.udp)], asOrdinaryUser };
      await t.step(nameOf(silent), () => checkSilent(world, silent));
    }
    for (
      const [args, port] of [
        [["-T"], 80],
        [["-T", "--vary-flow"], 80],
        [["-T", "-P", String(CLOSED.tcp), "-s", "500"], CLOSED.tcp],
      ] as const
    ) {
      for (const asOrdinaryUser of [false, true]) {
        const run = { args, asOrdinaryUser };
        await t.step(nameOf(run), async () => {
          const all = await checkPerfect(world, run);
          for (const family of FAMILIES) {
            const probes = all[family];
            assert.equal(only(probes.map(({ destinationPort }) => destinationPort)), port);
            // Without raw sockets the SYN is the kernel's own, from a port for each.
            if (asOrdinaryUser || args.some((word) => word === "--vary-flow")) {
              checkNumbers(probes.map(({ sourcePort }) => sourcePort));
              continue;
            }
            only(probes.map(({ sourcePort }) => sourcePort));
            assert.equal(new Set(probes.map(({ message }) => word(message, 6))).size, probes.length);
            // What was asked for as its size is none of a SYN's.
            assert.equal(only(probes.map(({ packetBytes }) => packetBytes)), family === 4 ? 44 : 64);
            assert.ok(probes.every(isChecksumRight));
          }
        });
      }
    }
    for (const asOrdinaryUser of [false, true]) {
      const silent = { args: ["-T", "-P", String(SILENT.tcp)], asOrdinaryUser };
      await t.step(nameOf(silent), () => checkSilent(world, silent));
    }
    await t.step("-S: a host without SCTP says so", async () => {
      for (const probes of Object.values(await checkPerfect(world, { args: ["-S", "-P", "5060"] }))) {
        assert.equal(only(probes.map(({ protocol }) => protocol)), "sctp");
        assert.equal(only(probes.map(({ destinationPort }) => destinationPort)), 5_060);
        only(probes.map(({ sourcePort }) => sourcePort));
        // The initiate tag tells them apart.
        assert.equal(new Set(probes.map(({ message }) => word(message, 18))).size, probes.length);
      }
    });
    await t.step("-S as an ordinary user is refused, with what would help", async () => {
      const result = await mtr(world, [...COMMON, "-S", ADDRESSES[4].target], ORDINARY);
      assert.equal(result.code, 2, told(result));
      assert.match(result.stderr, /cap_net_raw/);
      assert.equal(result.stdout, "");
    });
  });
});

Deno.test("JSON says how the probes were sent, and null of what cannot be counted so", async (t) => {
  await withWorld(async (world) => {
    for (
      const [protocol, asOrdinaryUser, access, counts] of [
        ["-T", false, "raw", { foreign: 0, forged: 0, late: 0, duplicates: 0 }],
        ["-T", true, "connect", { foreign: null, forged: null, late: null, duplicates: null }],
        ["-u", true, "datagram", { foreign: null, forged: null, late: 0, duplicates: 0 }],
      ] as const
    ) {
      await t.step(nameOf({ args: [protocol], asOrdinaryUser }), async () => {
        const args = ["-j", "-n", "-c", "1", "-i", "0.1", protocol, ADDRESSES[4].target];
        const { stdout } = await mtr(world, args, { asOrdinaryUser });
        const { run, hubs } = JSON.parse(stdout).report;
        assert.equal(run.access, access);
        const { foreign, forged } = run.messages;
        const { late, duplicates } = hubs[0];
        assert.deepEqual({ foreign, forged, late, duplicates }, counts);
      });
    }
  });
});

Deno.test("targets with ports of their own and without, of both families, in one run", async (t) => {
  await withWorld(async (world) => {
    const [four, six] = [ADDRESSES[4].target, ADDRESSES[6].target];
    const families = [4, 6, 4, 6] as const;
    for (
      const { args, port, asOrdinaryUser } of [
        { args: ["-u"], port: OPEN_PORTS.udp, asOrdinaryUser: false },
        { args: ["-u"], port: OPEN_PORTS.udp, asOrdinaryUser: true },
        { args: ["-u", "-L", "4000"], port: CLOSED.udp, asOrdinaryUser: false },
        { args: ["-u", "-L", "4000"], port: CLOSED.udp, asOrdinaryUser: true },
        { args: ["-T"], port: CLOSED.tcp, asOrdinaryUser: false },
        { args: ["-T"], port: CLOSED.tcp, asOrdinaryUser: true },
        { args: ["-T", "-P", String(CLOSED.tcp)], port: OPEN_PORTS.tcp, asOrdinaryUser: false },
        { args: ["-T", "-P", String(CLOSED.tcp)], port: OPEN_PORTS.tcp, asOrdinaryUser: true },
      ]
    ) {
      const targets = [`${four}:${port}`, `[${six}]:${port}`, four, six];
      await t.step(
        `${args.join(" ")} ${targets.join(" ")}${asOrdinaryUser ? " as an ordinary user" : ""}`,
        async () => {
          await using capture = await world.capture({ filter: "udp or tcp" });
          const result = await mtr(world, [...COMMON, ...args, ...targets], { asOrdinaryUser });
          const packets = await capture.stopWithPorts();
          const lines = targets.flatMap((target, index) =>
            pathOf(families[index]!).map((address, hop) => `${target} ${hop + 1} ${address} 2 0.00`)
          );
          const seen = readCsv(result.stdout).map((row) =>
            `${row["Host"]} ${row["Hop"]} ${row["Ip"]} ${row["Snt"]} ${row["Loss%"]}`
          );
          assert.deepEqual(seen, lines, told(result));
          assert.equal(result.code, 0, told(result));
          for (const to of [four, six]) {
            const asked = packets.filter((packet) => packet.to === to && packet.destinationPort === port);
            assert.ok(asked.length >= 8, `${asked.length} probes for port ${port} of ${to}`);
          }
        },
      );
    }
  });
});

Deno.test("other programs that talk to the same ports, and runs side by side, change no figure", async () => {
  await withWorld(async (world) => {
    // Apart from the first numbers of the probes, so that no packet is the same in all that tells them apart.
    const ports = await world.run(["sysctl", "-q", "-w", "net.ipv4.ip_local_port_range=50000 60999"]);
    assert.equal(ports.code, 0, ports.stderr);
    await using _noise = await world.disturbPorts(
      [FIRST_NUMBER, FIRST_NUMBER + 10, OPEN_PORTS.udp, CLOSED.udp],
      [OPEN_PORTS.tcp, CLOSED.tcp],
    );
    const runs: (Run & { readonly family: 4 | 6 })[] = FAMILIES.flatMap((family) => [
      { args: ["-u"], family },
      { args: ["-u"], family },
      { args: ["-u"], family, asOrdinaryUser: true },
      { args: ["-u"], family, asOrdinaryUser: true },
      { args: ["-u", "-P", String(OPEN_PORTS.udp)], family },
      { args: ["-u", "-P", String(CLOSED.udp), "-L", OWN], family },
      { args: ["-u", "-P", String(CLOSED.udp), "-L", String(OWN_PORTS[family] + 10)], family, asOrdinaryUser: true },
      { args: ["-T"], family },
      { args: ["-T", "-P", String(CLOSED.tcp)], family },
      { args: ["-T", "-P", String(CLOSED.tcp)], family },
      { args: ["-T"], family, asOrdinaryUser: true },
      { args: ["-T", "-P", String(CLOSED.tcp)], family, asOrdinaryUser: true },
    ]);
    for (const family of FAMILIES) runs.push({ args: ["-S"], family }, { args: ["-S"], family });
    const results = await Promise.all(
      runs.map(({ args, family, asOrdinaryUser = false }) =>
        mtr(world, ["-C", "-n", "-c", "10", "-i", "0.1", ...of(family, args), ADDRESSES[family].target], {
          asOrdinaryUser,
        })
      ),
    );
    for (const [index, result] of results.entries()) {
      const run = runs[index]!;
      const seen = summary(readHops("-C", result.stdout));
      assert.deepEqual(seen, perfect(pathOf(run.family), 10), `IPv${run.family} ${nameOf(run)}: ${told(result)}`);
      assert.equal(result.code, 0);
    }
  });
});

Deno.test("a router that resets connections in the target's name is taken for it, over both families and by anybody", async () => {
  await using world = await openWorld({
    rules: [{ at: "r2", hook: "forward", rule: "tcp dport 83 reject with tcp reset" }],
  });
  for (const asOrdinaryUser of [false, true]) {
    for (const { family, result } of await resultsOf(world, { args: ["-T", "-P", "83"], asOrdinaryUser })) {
      const [r1, r2, , target] = pathOf(family);
      assert.deepEqual(summary(readHops("-C", result.stdout)), perfect([r1!, r2!, target!], 2), told(result));
      assert.equal(result.code, 0, told(result));
    }
  }
});
