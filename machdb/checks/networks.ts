import { formatIpv4, parseIpv4, prefixLength } from '../../lib/ipv4.ts';
import { describePlace } from '../exports/interfaces.ts';
import type { Network } from '../exports/interfaces.ts';
import { faultAtLine } from '../faults.ts';
import { canonicalAddress } from '../judge-address.ts';
import type { CreateInspection, InspectedMachine } from './inspection.ts';

/**
 * Addresses that lie outside their NETWORK, or are its first or last; a NETWORK that is not the first of its NETMASK.
 * Without a NETWORK, an IP that is the first or last of what its NETMASK says.
 * Each `NIC_<name>_` has its own.
 */
export const inspectNetworks: CreateInspection = (db, report) => {
  // Thousands of machines share a network.
  const networks = new Map<string, Network | string>();
  const prefixes = new Map<string, string | undefined>();

  function networkOf(network: string, netmask: string): Network | string {
    const key = `${network}/${netmask}`;
    const known = networks.get(key) ?? parseNetwork(network, netmask);
    networks.set(key, known);
    return known;
  }

  function inspectInterface(machine: InspectedMachine, prefix: string): void {
    const { values } = machine;
    const netmask = values.get(`${prefix}NETMASK`) ?? '';
    const network = values.get(`${prefix}NETWORK`) ?? '';
    // Without a netmask there is nothing to go by; the check of addresses reports what is not an address.
    if (canonicalAddress(netmask, 'netmask') === undefined) return;
    if (network === '') inspectAlone(machine, prefix, prefixLength(netmask) ?? 0);
    else if (canonicalAddress(network, 'network') !== undefined) {
      const parsed = networkOf(network, netmask);
      if (typeof parsed === 'string') say(machine, `${prefix}NETWORK`, parsed);
      else inspectAddresses(machine, prefix, parsed);
    }
  }

  function inspectAddresses(machine: InspectedMachine, prefix: string, network: Network): void {
    // An address that is a network of its own has its router outside of it.
    const parts = network.prefixBits === 32 ? ['IP'] : ['IP', 'GATEWAY'];
    for (const variable of parts.map((part) => prefix + part)) {
      const value = machine.values.get(variable);
      const address = value === undefined ? undefined : parseIpv4(value);
      const problem = address === undefined ? undefined : describePlace(address, network);
      if (problem !== undefined) say(machine, variable, `${value} ${problem} ${formatWithNetmask(network)}`);
    }
  }

  /** Without a NETWORK the address says itself in which one it is. */
  function inspectAlone(machine: InspectedMachine, prefix: string, prefixBits: number): void {
    const value = machine.values.get(`${prefix}IP`);
    const address = value === undefined ? undefined : parseIpv4(value);
    if (address === undefined) return;
    const network = { id: address - (address % 2 ** (32 - prefixBits)), prefixBits };
    const problem = describePlace(address, network);
    if (problem !== undefined) say(machine, `${prefix}IP`, `${value} ${problem} ${formatWithNetmask(network)}`);
  }

  function say(machine: InspectedMachine, variable: string, message: string): void {
    const place = machine.where(variable) ?? machine.object;
    report(faultAtLine(db, place, { message: `${variable}: ${message}` }));
  }

  /** `NIC_storage_` for `NIC_storage_NETMASK`, nothing for `NETMASK`. */
  function prefixOf(variable: string): string | undefined {
    if (!prefixes.has(variable)) prefixes.set(variable, /^((?:NIC_\w+_)?)NETMASK$/.exec(variable)?.[1]);
    return prefixes.get(variable);
  }

  return {
    machine: (machine) => {
      for (const variable of machine.values.keys()) {
        if (!variable.endsWith('NETMASK')) continue;
        const prefix = prefixOf(variable);
        if (prefix !== undefined) inspectInterface(machine, prefix);
      }
    },
  };
};

function parseNetwork(network: string, netmask: string): Network | string {
  const prefixBits = prefixLength(netmask) ?? 0;
  const id = parseIpv4(network) ?? 0;
  const right = id - (id % 2 ** (32 - prefixBits));
  if (right !== id) {
    return `${network} is not the first address of a network with the netmask ${netmask}; ${formatIpv4(right)} is`;
  }
  return { id, prefixBits };
}

function formatWithNetmask({ id, prefixBits }: Network): string {
  return `${formatIpv4(id)} with the netmask ${formatIpv4(2 ** 32 - 2 ** (32 - prefixBits))}`;
}
