// Where a DHCP packet comes from. In: the packet, and how it arrived. Out: an address of the network that its sender is on.
// Pure.
import type { DhcpPacket } from '../protocol/dhcp.ts';
import { option, readAddress } from '../protocol/dhcp-options.ts';
import { linkSelectionOf } from '../protocol/relay-agent.ts';

/** How a packet reached this server. */
export type DhcpArrival = {
  /** The address that it was sent from: a client's, a relay's, or 0.0.0.0. */
  readonly source: string;
  /** It was sent to everybody on the server's own network. */
  readonly isBroadcast: boolean;
};

/**
 * An address of the network that the client is on. A relay may say so, or stands on it itself; a client that has an
 * address and writes to the server alone may do so through routers, and is where its address is. All others are here.
 * @see RFC 3527 §3, RFC 3011 §4, RFC 2131 §4.3.2 (renewing)
 */
export function networkOf(packet: DhcpPacket, view: { serverAddress: string; arrival: DhcpArrival }): string {
  const selected = linkSelectionOf(packet.options) ?? readAddress(packet.options, option.subnetSelection);
  if (selected !== undefined) return selected;
  if (packet.giaddr !== '0.0.0.0') return packet.giaddr;
  return packet.ciaddr === '0.0.0.0' || view.arrival.isBroadcast ? view.serverAddress : packet.ciaddr;
}
