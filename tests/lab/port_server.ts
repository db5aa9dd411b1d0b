/**
 * Servers for the lab's target: one TCP port that accepts and ends each connection, one UDP port that gives back what it
 * gets. `deno run --allow-net port_server.ts '{"addresses": […], "udp": PORT, "tcp": PORT}'`.
 */
import { createSocket } from "node:dgram";

interface Served {
  readonly addresses: readonly string[];
  readonly udp: number;
  readonly tcp: number;
}

async function main({ addresses, udp, tcp }: Served): Promise<void> {
  for (const address of addresses) {
    const listener = Deno.listen({ hostname: address, port: tcp });
    accept(listener);
    const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    socket.on("message", (bytes, { address: to, port }) => socket.send(bytes, port, to));
    await new Promise<void>((ready) => socket.bind(udp, address, ready));
  }
  console.log("ready");
}

async function accept(listener: Deno.Listener): Promise<void> {
  for await (const connection of listener) connection.close();
}

if (import.meta.main) await main(JSON.parse(Deno.args[0] ?? ""));
