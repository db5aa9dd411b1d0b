/**
 * The least that a program of this runtime spends on a probe, for comparison: one thread sends echo requests that are
 * written already, each at its time, reads the kernel's stamps and the answers, and looks at neither.
 *
 * `bare ROUNDS INTERVAL_MS HOPS TARGET...` prints how many it has sent and how many messages came back, as JSON.
 */
import { writeIcmp4EchoRequest } from "../core/packet/icmp4.ts";
import { DEFAULT_PLAN } from "../core/plan.ts";
import { askForStamps, IcmpSocket } from "../ffi/icmp_socket.ts";
import { libc } from "../ffi/libc.ts";
import { PollSet } from "../ffi/poll_set.ts";
import { ReceiveBatch } from "../ffi/receive_batch.ts";
import { SendMessage } from "../ffi/send_message.ts";
import { writeSockaddr } from "../ffi/struct.ts";

// As long as those of mtr.
const REQUEST_BYTES = 44;
const PATIENCE_US = 1_000_000;

function main([rounds = 0, intervalMs = 0, hops = 0]: readonly number[], targets: readonly string[]): void {
  const { call, constants: c } = libc();
  using icmp = IcmpSocket.open(4, DEFAULT_PLAN, ["raw"])!;
  const { identifier, socket, socket: { fd } } = icmp;
  askForStamps(socket);
  const addresses = targets.map((address) => writeSockaddr({ family: 4, address, scopeId: 0 }, 0, c));
  const request = new Uint8Array(REQUEST_BYTES);
  writeIcmp4EchoRequest(request, { identifier, sequence: 0, fill: 0 });
  const message = new SendMessage(c);
  const batch = new ReceiveBatch();
  const poll = new PollSet();
  let answered = 0;
  const readStamps = (): void => {
    while (batch.read(fd, c.MSG_ERRQUEUE) > 0);
  };
  const readAnswers = (): void => {
    for (let count; (count = batch.read(fd, 0)) > 0; answered += count);
  };
  poll.add({ fd, events: c.POLLIN, ready: (returned) => (returned & c.POLLIN) === 0 ? readStamps() : readAnswers() });
  const nowUs = (): number => performance.now() * 1e3;
  const startUs = nowUs();
  const probes = targets.length * hops;
  const gapUs = intervalMs * 1e3 / probes;
  const sent = rounds * probes;
  for (let at = 0; at < sent; at++) {
    for (let waitUs; (waitUs = startUs + at * gapUs - nowUs()) > 0;) poll.wait(waitUs);
    const ttl = Math.floor(at / targets.length) % hops + 1;
    message.setPlain(addresses[at % targets.length]!, request, 4, ttl);
    call.sendmsg(fd, message.header, c.MSG_DONTWAIT);
    readStamps();
  }
  for (const endUs = nowUs() + PATIENCE_US; answered < sent && nowUs() < endUs;) poll.wait(endUs - nowUs());
  console.log(JSON.stringify({ sent, answered }));
}

if (import.meta.main) main(Deno.args.slice(0, 3).map(Number), Deno.args.slice(3));
