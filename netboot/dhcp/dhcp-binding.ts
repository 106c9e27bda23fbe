// What a machine's record says of its network. In: a site machine. Out: addresses for DHCP. Pure. A value that is no
// address or no host name is left out rather than sent; the database's own checks name it.
import type { DhcpBinding } from './dhcp-reply.ts';
import type { SiteMachine } from '../machine-source.ts';
import { withoutFinalDot } from '../../lib/final-dot.ts';
import { parseIpv4 } from '../../lib/ipv4.ts';

/** The record's IP, which is the first interface's; other interfaces have no address of their own here yet. */
export function fixedAddressOf(site: SiteMachine | undefined, mac: string): string | undefined {
  const address = site?.record['IP'];
  return isAddress(address) && site?.macs[0] === mac ? address : undefined;
}

/** The record's NETMASK, or else that of the server's own network. */
export function netmaskOf(site: SiteMachine | undefined, serverNetmask: string): string {
  const netmask = site?.record['NETMASK'];
  return isAddress(netmask) ? netmask : serverNetmask;
}

/** Everything else that a lease carries. NAMESERVER comes before NAMESERVER2, and that before NAMESERVER10. */
export function bindingOf(
  site: SiteMachine | undefined,
  lease: Pick<DhcpBinding, 'address' | 'netmask' | 'leaseSeconds'>,
): DhcpBinding {
  const record = site?.record ?? {};
  const nameServers = Object.keys(record)
    .filter((variable) => /^NAMESERVER\d*$/.test(variable))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((variable) => record[variable]);
  return {
    ...lease,
    routers: [record['GATEWAY']].filter(isAddress),
    nameServers: nameServers.filter(isAddress),
    domain: hostWord(withoutFinalDot(record['DOMAIN'] ?? '')),
    hostName: hostWord(record['HOSTNAME'] ?? site?.name),
  };
}

function isAddress(text: string | undefined): text is string {
  return text !== undefined && parseIpv4(text) !== undefined;
}

function hostWord(text: string | undefined): string | undefined {
  return text !== undefined && /^[A-Za-z0-9._-]{1,253}$/.test(text) ? text : undefined;
}
