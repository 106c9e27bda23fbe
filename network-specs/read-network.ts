// A machine's network, decided from its record. In: variables. Out: interfaces, each with its addresses, routes and
// place in the stack, and every fault with its variable. Never: I/O, or what any network manager calls these things.
import { decideAddresses, refuseAddresses } from './decide-addresses.ts';
import { decideMtus } from './decide-mtus.ts';
import { card } from './kinds/card.ts';
import { judgeMacs } from './judge-macs.ts';
import { listInterfaces } from './list-interfaces.ts';
import type { Described } from './list-interfaces.ts';
import type { Mac } from '../lib/mac.ts';
import type { Network, NetworkFault, NetworkInterface } from './network.ts';
import { stackInterfaces } from './stack-interfaces.ts';
import type { Stack } from './stack-interfaces.ts';
import { judgeSearch } from './judge-search.ts';
import { readVariables } from './variable-reader.ts';
import type { Record } from './variable-reader.ts';

/**
 * The interfaces of a record: the first is that of `MAC`, the others are `NIC_<name>_…`. Where the first has become part
 * of a bond or a bridge, that has its addresses.
 */
export function readNetwork(record: Record): Network {
  const faults: NetworkFault[] = [];
  const described = listInterfaces(record, faults);
  const stack = stackInterfaces(described);
  judgeMacs(described, stack);
  const mtus = decideMtus(described, stack);
  const machine = { defaults: { 4: 0, 6: 0 }, routes: new Map<string, string>() };
  const decided = new Map(
    inOrderOfGateways(described, stack).map((each) => {
      const master = stack.masterOf.get(each);
      const sources = sourcesOf(each, described, stack);
      const isFirst = each.reader.prefix === '';
      const quiet = isFirst ? { ...each, addressing: { ...each.addressing, variables: [] } } : each;
      const addresses =
        master === undefined
          ? decideAddresses(sources, { mtu: mtus.get(each), machine })
          : refuseAddresses(quiet, master);
      return [each, addresses];
    }),
  );
  const interfaces = described.map((each): NetworkInterface => {
    const mtu = mtus.get(each);
    const addresses = decided.get(each) ?? { addresses: [], routes: [], dhcp: 'no', isBare: true };
    return { ...placeOf(each, stack), ...addresses, ...(mtu === undefined ? {} : { mtu }) };
  });
  judgeSearch(readVariables(record, '', faults));
  // What several interfaces inherit is wrong once.
  return { interfaces, faults: [...new Map(faults.map((fault) => [fault.message, fault])).values()] };
}

/** What carries the machine's own addresses comes first: its gateway is the one that counts. */
function inOrderOfGateways(described: readonly Described[], { carrier }: Stack): Described[] {
  return [...(carrier === undefined ? [] : [carrier]), ...described.filter((each) => each !== carrier)];
}

function sourcesOf(each: Described, described: readonly Described[], { carrier }: Stack): Described[] {
  const first = described.find(({ reader }) => reader.prefix === '');
  return each === carrier && first !== undefined && first !== each ? [first, each] : [each];
}

function placeOf(each: Described, stack: Stack) {
  const master = stack.masterOf.get(each);
  const mac = each.base.device.kind === 'card' ? undefined : (each.mac ?? inheritedMac(each, stack));
  return {
    prefix: each.reader.prefix,
    name: each.hasName ? each.name : undefined,
    device: each.base.device,
    ...(mac === undefined ? {} : { mac }),
    vlans: (stack.vlansOn.get(each) ?? []).map(({ name }) => name ?? ''),
    ...(master?.name === undefined ? {} : { master: masterPart(each, master, master.name) }),
  };
}

function masterPart(member: Described, { reader, base }: Described, name: string) {
  return { kind: base.device.kind, name, isPrimary: reader.text('PRIMARY') === member.name };
}

/**
 * A bond or bridge has the MAC address of a card in it: of the machine's first card or else of its own first member.
 * The kernel would take that of whichever card comes first, and systemd would make one up: neither is what DHCP knows.
 */
function inheritedMac(each: Described, stack: Stack): Mac | undefined {
  if (each.base.members.length === 0) return undefined;
  const cards = cardsIn(each, stack, new Set());
  const { device } = (cards.find(({ reader }) => reader.prefix === '') ?? cards[0])?.base ?? {};
  return device?.kind === 'card' ? device.macs[0] : undefined;
}

function cardsIn(each: Described, stack: Stack, passed: Set<Described>): Described[] {
  if (passed.has(each)) return [];
  passed.add(each);
  if (each.kind === card) return [each];
  return (stack.below.get(each) ?? []).flatMap((member) => cardsIn(member, stack, passed));
}
