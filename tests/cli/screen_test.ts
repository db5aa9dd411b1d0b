/** The live screen in a real terminal: keys typed, screens read, and the terminal given back as it was, whatever happens. */
import assert from "node:assert/strict";
import { systemConstants } from "../../ffi/constant/mod.ts";
import { commandOf, openWorld } from "../lab/program.ts";
import { POWERS } from "../lab/set_up.ts";
import { ADDRESSES, pathOf } from "../lab/topology.ts";
import type { World } from "../lab/world.ts";
import { isRunning, type Size, TestTerminal, until } from "./terminal.ts";

const TARGET = ADDRESSES[4].target;
const MTR = commandOf([]).join(" ");
const ORDINARY = POWERS === "root"
  ? "setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all --no-new-privs"
  : "setpriv --inh-caps=-all --bounding-set=-all --no-new-privs";
const FOREVER = `${MTR} -n -i 0.2 ${TARGET}`;

/** Every hop of the path has a row, with no loss. */
const WHOLE = new RegExp(pathOf(4).map((address, at) => `^ ?${at + 1}\\. ${address}\\b.* 0\\.0%.*`).join("\\n"), "m");

/** A terminal in a world of its own. */
async function inTerminal(
  options: Partial<Size> & { env?: Readonly<Record<string, string>> },
  test: (terminal: TestTerminal, world: World) => Promise<void>,
): Promise<void> {
  await using world = await openWorld();
  await using terminal = await TestTerminal.open(world, options);
  await test(terminal, world);
}

async function assertSize(terminal: TestTerminal, { columns, rows }: Size): Promise<void> {
  const screen = await terminal.screen();
  assert.equal(screen.length, rows);
  const longest = Math.max(...screen.map((line) => [...line].length));
  assert.ok(longest <= columns && longest > columns - 12, `the lines fill ${columns} columns\n${screen.join("\n")}`);
}

Deno.test("the screen shows the path live, at any size, and follows the terminal to another one", async () => {
  const sizes = [{ columns: 80, rows: 24 }, { columns: 200, rows: 60 }, { columns: 60, rows: 12 }] as const;
  await inTerminal(sizes[0], async (terminal) => {
    await terminal.type(FOREVER);
    for (const size of sizes) {
      await terminal.resize(size);
      await until(`the lines fill ${size.columns} columns`, async () => {
        const [, second = ""] = await terminal.screen();
        return second.length > size.columns - 12 && second.length <= size.columns;
      });
      await terminal.shows(WHOLE);
      await assertSize(terminal, size);
    }
    await terminal.resize({ columns: 40, rows: 10 });
    await terminal.shows(/^ ?4\. 10\.201/m);
    await terminal.press("q");
    await terminal.shows(/^ready>/m);
  });
});

Deno.test("keys change the probes of the running program: interval, protocol, size, last hop; and nothing is lost", async () => {
  await inTerminal({ columns: 100 }, async (terminal) => {
    await terminal.type(`${MTR} -n -i 20 ${TARGET}`);
    await terminal.shows(/^ ?4\. 10\.201.* 1 +\d/m);
    await terminal.press("i");
    await terminal.shows("Interval");
    await terminal.press("BSpace", "BSpace", "0", ".", "1", "Enter");
    await terminal.shows(/^ ?4\. 10\.201.*0\.0% +[1-9]\d /m);
    for (const [key, name] of [["u", "UDP"], ["t", "TCP"], ["t", "ICMP"]] as const) {
      await terminal.press(key);
      await terminal.shows(new RegExp(`\\b${name}$`, "m"));
      await terminal.press("r");
      await terminal.shows(/^ ?4\. 10\.201.*0\.0% +[5-9] /m);
      await terminal.shows(WHOLE);
    }
    await terminal.press("m", "BSpace", "BSpace", "2", "Enter");
    await terminal.shows(/^ ?2\. 10\.201.*\n\s*$/m);
    await terminal.press("q");
    await terminal.shows(/^ready>/m);
  });
});

Deno.test("packets are on the wire as keys have made them, from one round to the next", async () => {
  await inTerminal({ columns: 100 }, async (terminal, world) => {
    await using capture = await world.capture({ filter: "icmp" });
    await terminal.type(FOREVER);
    await terminal.shows(WHOLE);
    await terminal.press("s", "BSpace", "BSpace", "3", "0", "0", "Enter");
    await terminal.press("Q", "BSpace", "1", "6", "Enter");
    await terminal.press("r");
    await terminal.shows(/^ ?4\. 10\.201.*0\.0% +[3-9] /m);
    await terminal.press("q");
    await terminal.shows(/^ready>/m);
    const requests = (await capture.stop()).filter(({ kind }) => kind === "echoRequest");
    assert.deepEqual([requests[0]?.packetBytes, requests[0]?.trafficClass], [64, 0]);
    assert.deepEqual([requests.at(-1)?.packetBytes, requests.at(-1)?.trafficClass], [300, 16]);
    const sizes = requests.map(({ packetBytes }) => packetBytes);
    assert.deepEqual(sizes, sizes.toSorted((a, b) => a - b));
    // All of a round are alike.
    const firstLong = requests.find(({ packetBytes }) => packetBytes === 300);
    assert.equal(firstLong?.ttl, 1);
  });
});

Deno.test("without the right to another protocol the screen says so, and goes on with its own", async () => {
  await inTerminal({ columns: 100 }, async (terminal) => {
    await terminal.type("sysctl -q -w net.ipv4.ping_group_range='1 0'");
    await terminal.type(`${ORDINARY} ${MTR} -u -n -i 0.2 ${TARGET}`);
    await terminal.shows(WHOLE);
    await terminal.press("u");
    await terminal.shows("Cannot change to ICMP: its sockets were not allowed");
    await terminal.press("r");
    await terminal.shows(WHOLE);
    await terminal.shows(/UDP$/m);
    await terminal.press("q");
    await terminal.shows(/^ready>/m);
    assert.match(await terminal.run(`${ORDINARY} ${MTR} -n ${TARGET}`), /ICMP[^]*^status 2$/m);
  });
});

Deno.test("an ordinary user's screen changes its protocol, too, as far as that is allowed", async () => {
  await inTerminal({ columns: 100 }, async (terminal) => {
    await terminal.type(`${ORDINARY} ${MTR} -u -n -i 0.2 ${TARGET}`);
    await terminal.shows(/UDP$/m);
    await terminal.shows(WHOLE);
    await terminal.press("t");
    await terminal.shows(/TCP$/m);
    await terminal.press("r");
    await terminal.shows(WHOLE);
    await terminal.press("q");
    await terminal.shows(/^ready>/m);
  });
});

Deno.test("a pause sends nothing, and space goes on", async () => {
  await inTerminal({ columns: 100 }, async (terminal) => {
    await terminal.type(FOREVER);
    await terminal.shows(WHOLE);
    await terminal.press("p");
    await terminal.shows(/paused/i);
    await terminal.press("Space", "r");
    await terminal.shows(/^ ?4\. 10\.201.*0\.0% +[3-9] /m);
  });
});

/** Ends that give the exit status and the terminal back; what the terminal shows then. */
const ENDS: Readonly<Record<string, readonly [end: (terminal: TestTerminal) => Promise<void>, status: number]>> = {
  "q": [(terminal) => terminal.press("q"), 0],
  "Ctrl-C": [(terminal) => terminal.press("C-c"), 0],
  "SIGINT": [(terminal) => signal(terminal, "SIGINT"), 130],
  "SIGTERM": [(terminal) => signal(terminal, "SIGTERM"), 143],
  "SIGHUP": [(terminal) => signal(terminal, "SIGHUP"), 129],
  ...Object.fromEntries(
    Object.entries(systemConstants().DEADLY_SIGNALS).map(([name, number]) => [
      name,
      [(terminal: TestTerminal) => signal(terminal, name as Deno.Signal), 128 + number] as const,
    ]),
  ),
};

async function signal(terminal: TestTerminal, name: Deno.Signal): Promise<void> {
  Deno.kill(await terminal.foreground(), name);
}

Deno.test("the terminal is given back as it was", async (t) => {
  await inTerminal({}, async (terminal) => {
    const before = await terminal.state();
    for (const [name, [end, status]] of Object.entries(ENDS)) {
      await t.step(`after ${name}`, async () => {
        await terminal.begin(FOREVER);
        await terminal.shows(WHOLE);
        assert.match(await terminal.modes(), /alternate_on 1, cursor_flag 0/);
        await end(terminal);
        assert.match(await terminal.over(), new RegExp(`^status ${status}$`, "m"));
        assert.equal(await terminal.state(), before);
      });
    }
  });
});

Deno.test("signals end it while the terminal does not read, and when that reads again all is as it was", async () => {
  await inTerminal({ columns: 200, rows: 60 }, async (terminal) => {
    const before = await terminal.state();
    for (const [name, status] of [["SIGTERM", 143], ["SIGUSR1", 138]] as const) {
      await terminal.begin(FOREVER);
      await terminal.shows(WHOLE);
      const pid = await terminal.foreground();
      await terminal.freeze(pid);
      Deno.kill(pid, name);
      await until(`${name} ends it`, () => !isRunning(pid));
      terminal.thaw();
      assert.match(await terminal.over(), new RegExp(`^status ${status}$`, "m"));
      assert.equal(await terminal.state(), before);
    }
  });
});

Deno.test("the terminal is given back, and the reason told, when the program breaks down", async (t) => {
  await inTerminal({}, async (terminal) => {
    const program = decodeURIComponent(new URL("broken_screen.ts", import.meta.url).pathname);
    const before = await terminal.state();
    for (
      const [way, message] of Object.entries({ thrown: "thrown", rejected: "rejected", exit: "", worker: "worker" })
    ) {
      await t.step(way, async () => {
        const screen = await terminal.run(`${Deno.execPath()} run -A --no-config --no-lock '${program}' ${way}`);
        assert.match(screen, /^status [17]$/m);
        assert.ok(screen.includes(message), screen);
        assert.ok(!screen.includes("Taken"), screen);
        assert.equal(await terminal.state(), before);
      });
    }
  });
});

Deno.test("Ctrl-Z goes back to the shell, and fg to the screen", async () => {
  await inTerminal({}, async (terminal) => {
    const before = await terminal.state();
    await terminal.type(FOREVER);
    await terminal.shows(WHOLE);
    for (let times = 0; times < 2; times++) {
      await terminal.press("C-z");
      await terminal.shows(/Stopped/);
      assert.equal(await terminal.state(), before);
      await terminal.type("clear; fg");
      await terminal.shows(WHOLE);
    }
    await terminal.press("q");
    await terminal.shows(/^ready>\s*$/m);
    assert.equal(await terminal.state(), before);
  });
});

Deno.test("where no shell could continue it, Ctrl-Z is refused in words", async () => {
  await inTerminal({}, async (terminal) => {
    await terminal.type(`exec ${FOREVER}`);
    await terminal.shows(WHOLE);
    await terminal.press("C-z");
    await terminal.shows("There is no shell to go back to");
    await terminal.press("n");
    await terminal.shows(WHOLE);
  });
});

Deno.test("a lost connection ends it", async () => {
  await inTerminal({}, async (terminal) => {
    await terminal.type(FOREVER);
    await terminal.shows(WHOLE);
    const pid = await terminal.foreground();
    await terminal.hangUp();
    await until("the program ends", () => !isRunning(pid));
  });
});

Deno.test("with -c it ends by itself; a report and what is wrong come when the terminal is given back", async () => {
  await inTerminal({}, async (terminal) => {
    const report = await terminal.run(`${MTR} -n -c 2 -i 0.1 -Z 0.3 --report-on-exit ${TARGET}`);
    assert.match(report, /^status 0$/m);
    assert.match(report, /^ {2}4\.\|-- 10\.201\.4\.2 +0\.0% +2 /m);
    const complaint = await terminal.run(`${MTR} -n -c 1 -m 2 -Z 0.3 -G 0.3 ${TARGET}`);
    assert.match(complaint, /^status 1$/m);
    assert.match(complaint, /^mtr-deno: .*10\.201\.4\.2/m);
    assert.doesNotMatch(complaint, /HOST:/);
  });
});

Deno.test("what is typed when the screen is gone is for the shell", async () => {
  await inTerminal({}, async (terminal) => {
    await terminal.type(FOREVER);
    await terminal.shows(WHOLE);
    await terminal.press("q");
    await until("the screen is gone", async () => (await terminal.modes()).includes("alternate_on 0"));
    await terminal.type("echo heard$((40 + 2))");
    await terminal.shows(/^heard42$/m);
  });
});

Deno.test("a terminal that can have no screen gets a report, or a sentence where a screen was asked for", async () => {
  await inTerminal({ columns: 160 }, async (terminal) => {
    const short = `${MTR} -n -c 2 -i 0.1 ${TARGET}`;
    const report = /4\.\|-- 10\.201\.4\.2[^]*^status 0$/m;
    assert.match(await terminal.run(`TERM=dumb ${short}`), report);
    assert.match(await terminal.run(`${short} | cat`), report);
    assert.match(await terminal.run(`TERM=dumb ${short} -t`), /^mtr-deno: .*TERM is "dumb"[^]*^status 2$/m);
    assert.match(await terminal.run(`${short} -t < /dev/null`), /the standard input is no terminal[^]*^status 2$/m);
    assert.match(await terminal.run(`${MTR} -t 0.0.0.0`), /Cannot resolve 0\.0\.0\.0[^]*^status 2$/m);
  });
});

Deno.test("what a helper says beside its work does not scribble on the screen, and is told when that is left", async () => {
  await inTerminal({ columns: 100 }, async (terminal) => {
    const helper = `${terminal.folder}/helper`;
    const noise = String.raw`printf 'one\033[2J\033[Htwo\n' >&2`;
    await Deno.writeTextFile(helper, `#!/bin/sh\n(sleep 1; ${noise}; ${noise}) &\nexec ${MTR} packet\n`, {
      mode: 0o755,
    });
    await terminal.begin(`${MTR} --packet ${helper} -n -i 0.2 ${TARGET}`);
    const said = "one\\u{1B}[2J\\u{1B}[Htwo";
    const screen = await terminal.shows(`The program that sends the probes says: ${said}`);
    assert.match(screen, WHOLE);
    await terminal.press("q");
    assert.ok((await terminal.over()).includes(`${said}\n${said}\nstatus 0`));
  });
});

Deno.test("colours are those of the terminal, and none with NO_COLOR; without UTF-8 all is ASCII", async () => {
  await inTerminal({ columns: 100 }, async (terminal) => {
    await terminal.type(`LC_ALL=C NO_COLOR=1 ${FOREVER} --displaymode 2`);
    const screen = await terminal.shows("Scale");
    // deno-lint-ignore no-control-regex
    assert.match(screen, /^[\x00-\x7f]*$/);
  });
});
