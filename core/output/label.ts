/** Labels of MPLS as mtr writes them. */
import type { MplsLabel } from "../packet/extension.ts";

export function labelText({ label, trafficClass, bottomOfStack, ttl }: MplsLabel): string {
  return `[MPLS: Lbl ${label} TC ${trafficClass} S ${bottomOfStack ? 1 : 0} TTL ${ttl}]`;
}
