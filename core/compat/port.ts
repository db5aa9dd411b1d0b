/** Ports that mtr takes. */

export interface PortRange {
  readonly least: number;
  readonly most: number;
}

export const REMOTE_PORT: PortRange = { least: 1, most: 65_535 };
/** Below are the ports of services, which take more rights than probes need. */
export const LOCAL_PORT: PortRange = { least: 1_024, most: 65_535 };

/** mtr's message, if it does not take the port. */
export function portProblem(port: number, { least, most }: PortRange): string | undefined {
  return port < least || port > most ? `Illegal port number: ${port}` : undefined;
}
