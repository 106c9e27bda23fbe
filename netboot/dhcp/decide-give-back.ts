// A client gives an address back: it needs it no more (DHCPRELEASE), or somebody else has it (DHCPDECLINE). In: the packet,
// and what is known of who sent it. Out: what is to be done; these get no answer. Pure.
import type { DhcpPacket } from '../protocol/dhcp.ts';
import { option, readAddress } from '../protocol/dhcp-options.ts';
import type { DhcpDecision, DhcpView } from './dhcp-view.ts';
import type { DhcpEffect } from './dhcp-effect.ts';
import { fixedAddressOf } from './dhcp-binding.ts';

/** @see RFC 2131 §4.3.4 */
export function release(packet: DhcpPacket, view: DhcpView): DhcpDecision {
  const address = packet.ciaddr;
  const why = whyNotHeeded(packet, view, address) ?? whyNotFromThere(packet, view);
  if (why !== undefined) return ignored('DHCPRELEASE', { view, address, why });
  const isPooled = fixedAddressOf(view.site, view.mac) === undefined;
  const gives: DhcpEffect[] = isPooled ? [{ kind: 'release', address }] : [];
  return unanswered(...gives, note('release', `DHCPRELEASE: gave ${address} back`));
}

/** @see RFC 2131 §4.3.3: the address is not to be given out, and somebody is to be told */
export function decline(packet: DhcpPacket, view: DhcpView): DhcpDecision {
  const address = readAddress(packet.options, option.requestedAddress) ?? 'no address';
  const why = whyNotHeeded(packet, view, address);
  if (why !== undefined) return ignored('DHCPDECLINE', { view, address, why });
  const { mac, site } = view;
  const isPooled = fixedAddressOf(site, mac) === undefined;
  return unanswered(
    { kind: isPooled ? 'decline' : 'rest', address },
    {
      kind: 'log',
      key: `decline ${mac} ${address}`,
      message: 'a machine says that its address is used by another one',
      fields: { mac, machine: site?.name, address },
    },
    note('decline', `DHCPDECLINE: ${address} is used by another machine on the network`),
  );
}

const NO_SERVER = 'it does not say for which server it is (option 54)';

/** Both must say which server they are for, as others may hear them, too. @see RFC 2131 §4.4.1, table 5 */
function whyNotHeeded(packet: DhcpPacket, { mac, site, held }: DhcpView, address: string): string | undefined {
  if (!packet.options.has(option.serverId)) return NO_SERVER;
  const own = fixedAddressOf(site, mac) ?? held;
  return own === address ? undefined : `its address is ${own ?? 'none'}`;
}

/** Who gives an address back still has it: it comes from there, or from a client that has taken it off already. */
function whyNotFromThere({ giaddr, ciaddr }: DhcpPacket, { arrival }: DhcpView): string | undefined {
  const mayBe = [ciaddr, '0.0.0.0'].includes(arrival.source) || giaddr !== '0.0.0.0';
  return mayBe ? undefined : `it was sent from ${arrival.source}`;
}

function ignored(type: string, about: { view: DhcpView; address: string; why: string }): DhcpDecision {
  const { view, address, why } = about;
  const fields = { mac: view.mac, machine: view.site?.name, address, why };
  // A client that leaves option 54 out does so in all its copies: one line for all of them.
  const key = why === NO_SERVER ? type : `${type} ${view.mac}`;
  return unanswered(
    { kind: 'log', key, message: `a ${type} is not heeded`, fields },
    note(`${type} ignored`, `${type} of ${address}: not heeded, ${why}`),
  );
}

const unanswered = (...effects: readonly DhcpEffect[]): DhcpDecision => ({ reply: undefined, effects });

const note = (key: string, text: string): DhcpEffect => ({ kind: 'note', key: `dhcp ${key}`, text });
