import { formatIpv4, parseIpv4, prefixLength } from '../../lib/ipv4.ts';
import { faultAtLine } from '../faults.ts';
import type { CreateInspection, InspectedMachine } from './inspection.ts';

/** A network as numbers; `last` is its broadcast address. */
type Network = { readonly first: number; readonly last: number; readonly bits: number };

/**
 * Addresses that lie outside their NETWORK, or are its first or last; a NETWORK that is not the first of its NETMASK.
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
    const [network, netmask] = [values.get(`${prefix}NETWORK`), values.get(`${prefix}NETMASK`)];
    // Without either there is nothing to go by; the check of addresses reports what is not an address.
    if (!network || !netmask || parseIpv4(network) === undefined || prefixLength(netmask) === undefined) return;
    const parsed = networkOf(network, netmask);
    if (typeof parsed === 'string') {
      say(machine, `${prefix}NETWORK`, parsed);
      return;
    }
    for (const variable of [`${prefix}IP`, `${prefix}GATEWAY`]) {
      const value = values.get(variable);
      const address = value === undefined ? undefined : parseIpv4(value);
      if (address === undefined) continue;
      const problem = describeAddress(address, parsed);
      if (problem !== undefined) say(machine, variable, `${value} ${problem} ${network} with the netmask ${netmask}`);
    }
  }

  function say(machine: InspectedMachine, variable: string, message: string): void {
    const place = machine.where(variable) ?? machine.object;
    report(faultAtLine(db, place, { message: `${variable}: ${message}` }));
  }

  /** `NIC_storage_` for `NIC_storage_NETWORK`, nothing for `NETWORK`. */
  function prefixOf(variable: string): string | undefined {
    if (!prefixes.has(variable)) prefixes.set(variable, /^((?:NIC_\w+_)?)NETWORK$/.exec(variable)?.[1]);
    return prefixes.get(variable);
  }

  return {
    machine: (machine) => {
      for (const variable of machine.values.keys()) {
        if (!variable.endsWith('NETWORK')) continue;
        const prefix = prefixOf(variable);
        if (prefix !== undefined) inspectInterface(machine, prefix);
      }
    },
  };
};

function parseNetwork(network: string, netmask: string): Network | string {
  const bits = prefixLength(netmask) ?? 0;
  const first = parseIpv4(network) ?? 0;
  const size = 2 ** (32 - bits);
  const right = first - (first % size);
  if (right !== first) {
    return `${network} is not the first address of a network with the netmask ${netmask}; ${formatIpv4(right)} is`;
  }
  return { first, last: first + size - 1, bits };
}

function describeAddress(address: number, { first, last, bits }: Network): string | undefined {
  if (address < first || address > last) return 'is outside of the network';
  // Networks of one or two addresses have no others.
  if (bits >= 31) return undefined;
  if (address === first) return 'is the address of the network';
  return address === last ? 'is the broadcast address of the network' : undefined;
}
