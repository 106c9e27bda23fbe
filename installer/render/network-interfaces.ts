import type { MachineRecord } from '../../contract/lookup.ts';
import type { Fault } from '../../lib/errors.ts';
import { parseIpv4, prefixLength } from '../../lib/ipv4.ts';
import { parseMac } from '../../lib/mac.ts';
import type { Mac } from '../../lib/mac.ts';

/** One network interface as the record wants it; without `address` it asks DHCP. */
export type WantedInterface = {
  /** Variable prefix: `` for the first interface, `NIC_<name>_` for the others. */
  readonly prefix: string;
  readonly macs: readonly Mac[];
  /** Address with prefix length, `10.77.0.101/24`. */
  readonly address?: string;
  readonly gateway?: string;
};

/** The interfaces of a record: `MAC IP NETMASK GATEWAY`, then each `NIC_<name>_MAC …`; faults for what is malformed. */
export function wantedInterfaces(record: MachineRecord): { interfaces: WantedInterface[]; faults: Fault[] } {
  const faults: Fault[] = [];
  const names = Object.keys(record)
    .map((name) => /^(NIC_.+_)MAC$/.exec(name)?.[1])
    .filter((prefix) => prefix !== undefined);
  const interfaces = ['', ...names.sort()]
    .filter((prefix) => record[`${prefix}MAC`] !== undefined)
    .map((prefix) => wantedInterface(record, prefix, faults));
  return { interfaces, faults };
}

function wantedInterface(record: MachineRecord, prefix: string, faults: Fault[]): WantedInterface {
  const fault = (name: string, message: string): void => {
    faults.push({ severity: 'error', where: `${prefix}${name}`, message });
  };
  const value = (name: string): string | undefined => record[`${prefix}${name}`] || undefined;
  const macs = (value('MAC') ?? '').split(/\s+/).filter((word) => word !== '');
  const parsed = macs.map(parseMac).filter((mac) => mac !== undefined);
  if (parsed.length !== macs.length) fault('MAC', `'${macs.join(' ')}' is not a list of MAC addresses`);

  const [ip, netmask, gateway] = [value('IP'), value('NETMASK') ?? record['NETMASK'], value('GATEWAY')];
  if (ip !== undefined && parseIpv4(ip) === undefined) fault('IP', `'${ip}' is not an IPv4 address`);
  if (gateway !== undefined && parseIpv4(gateway) === undefined)
    fault('GATEWAY', `'${gateway}' is not an IPv4 address`);
  const length = netmask === undefined ? undefined : prefixLength(netmask);
  if (ip !== undefined && length === undefined)
    fault('NETMASK', `'${netmask ?? ''}' is not a network mask; IP needs one`);
  return {
    prefix,
    macs: parsed,
    ...(ip === undefined || length === undefined ? {} : { address: `${ip}/${length}` }),
    ...(gateway === undefined ? {} : { gateway }),
  };
}

/** NAMESERVER, NAMESERVER2, NAMESERVER3 … in that order. */
export function nameservers(record: MachineRecord): string[] {
  return Object.keys(record)
    .filter((name) => /^NAMESERVER\d*$/.test(name))
    .sort((left, right) => left.localeCompare(right, 'en', { numeric: true }))
    .map((name) => record[name] ?? '')
    .filter((address) => address !== '');
}
