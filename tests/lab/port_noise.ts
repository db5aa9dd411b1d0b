/**
 * Another program that talks to the lab's target: UDP datagrams with every TTL of the path, so that routers and target
 * answer them, and TCP connections, all from ports that the kernel chooses, until it is ended.
 * `deno run --allow-net port_noise.ts '{"addresses": […], "udpPorts": […], "tcpPorts": […]}'`.
 */
import { createSocket, type Socket } from "node:dgram";

interface Noise {
  readonly addresses: readonly string[];
  readonly udpPorts: readonly number[];
  readonly tcpPorts: readonly number[];
}

const TTLS = [1, 2, 3, 64];
// Some hundred packets a second: enough to meet every probe, and no flood.
const PAUSE_MS = 10;

async function main({ addresses, udpPorts, tcpPorts }: Noise): Promise<void> {
  const sockets = await Promise.all(addresses.flatMap((to) => TTLS.map((ttl) => opened(to, ttl))));
  console.log("ready");
  for (;;) {
    for (const { socket, to } of sockets) {
      for (const port of udpPorts) socket.send("noise", port, to, () => undefined);
    }
    await Promise.all(addresses.flatMap((to) => tcpPorts.map((port) => connect(to, port))));
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
}

async function opened(to: string, ttl: number): Promise<{ readonly socket: Socket; readonly to: string }> {
  const socket = createSocket(to.includes(":") ? "udp6" : "udp4");
  // What routers and closed ports answer is reported here.
  socket.on("error", () => undefined);
  await new Promise<void>((ready) => socket.bind(0, ready));
  socket.setTTL(ttl);
  return { socket, to };
}

async function connect(hostname: string, port: number): Promise<void> {
  try {
    (await Deno.connect({ hostname, port })).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
  }
}

if (import.meta.main) await main(JSON.parse(Deno.args[0] ?? ""));
