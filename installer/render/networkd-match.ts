import { isEthernet } from '../../lib/mac.ts';
import type { NetworkInterface } from '../../network-specs/network.ts';

/**
 * What `[Match]` says of an interface. Cards are known by their MAC addresses, never by names, which may be refused to
 * them. Where other interfaces have a card's address, and a bond changes that of its members, the permanent address
 * tells them apart; elsewhere the plain one is safer, because some drivers know no other. InfiniBand has no permanent one.
 */
export function matchLines(
  { device, name }: NetworkInterface,
  { isStacked }: { readonly isStacked: boolean },
): readonly string[] {
  if (device.kind !== 'card') return [`Name=${name ?? ''}`];
  const key = isStacked && device.macs.every(isEthernet) ? 'PermanentMACAddress' : 'MACAddress';
  return [`${key}=${device.macs.join(' ')}`];
}
