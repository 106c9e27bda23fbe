import { parseMac } from '../lib/mac.ts';
import type { Mac } from '../lib/mac.ts';
import { interfaceKinds } from './kinds/all.ts';
import { card } from './kinds/card.ts';
import type { Base, InterfaceKind } from './kinds/interface-kind.ts';
import { judgeName } from './judge-name.ts';
import type { NetworkFault } from './network.ts';
import { readAddressing } from './read-addressing.ts';
import type { Addressing } from './read-addressing.ts';
import { readVariables } from './variable-reader.ts';
import type { Record, VariableReader } from './variable-reader.ts';

/** One interface as its own variables describe it, without a look at the others. */
export type Described = {
  readonly reader: VariableReader;
  /** By which others refer to it; undefined for a first interface that has none. */
  readonly name: string | undefined;
  /** It gets this name on the machine; a card may have one that it cannot have. */
  readonly hasName: boolean;
  readonly kind: InterfaceKind;
  readonly base: Base;
  readonly mac: Mac | undefined;
  readonly mtu: number | undefined;
  readonly addressing: Addressing;
};

/** An IPv4 host takes packets of 68 octets (RFC 791 §3.2); the length of one is written in 16 bits. */
const [LEAST_MTU, MOST_MTU] = [68, 65535];

const MAKES_INTERFACE = new RegExp(`^NIC_(\\w+)_(?:${interfaceKinds.map(({ variable }) => variable).join('|')})$`);

/** The first interface, if the record has its MAC, and the further ones by their names. */
export function listInterfaces(record: Record, faults: NetworkFault[]): Described[] {
  const shared = readVariables(record, '', faults);
  const names = new Set<string>();
  for (const [variable, value] of Object.entries(record)) {
    const name = value && variable.startsWith('NIC_') ? MAKES_INTERFACE.exec(variable)?.[1] : undefined;
    if (name !== undefined) names.add(name);
  }
  const further = [...names].sort().map((name) => ({ name, reader: readVariables(record, `NIC_${name}_`, faults) }));
  const first = shared.text('MAC') === undefined ? [] : [{ name: shared.text('NIC'), reader: shared }];
  const taken = first.find(({ name }) => name !== undefined && names.has(name))?.name;
  if (taken !== undefined) shared.fault('NIC', `${taken} is described by NIC_${taken}_… already`);
  return [...first, ...further].flatMap(({ name, reader }) => describe(reader, name, shared) ?? []);
}

function describe(reader: VariableReader, name: string | undefined, shared: VariableReader): Described | undefined {
  const kind = reader.prefix === '' ? card : kindOfVariables(reader);
  const base = kind.read(reader);
  const isCard = base?.device.kind === 'card';
  const problem = name === undefined ? undefined : judgeName(name);
  const nameVariable = reader.prefix === '' ? 'NIC' : kind.variable;
  if (problem !== undefined) {
    const outcome = isCard ? '; the card keeps the name that the kernel gives it' : '';
    const severity = isCard || problem.isOnlyRisky ? { severity: 'warning' as const } : {};
    reader.fault(nameVariable, `${name} ${problem.message}${outcome}`, severity);
  }
  if (base === undefined) return undefined;
  return {
    reader,
    name,
    hasName: name !== undefined && (!isCard || problem === undefined),
    kind,
    base,
    mac: isCard ? undefined : readMac(reader),
    mtu: reader.number('MTU', LEAST_MTU, MOST_MTU),
    addressing: readAddressing(reader, shared),
  };
}

function kindOfVariables(reader: VariableReader): InterfaceKind {
  const [kind = card, other] = interfaceKinds.filter(({ variable }) => reader.text(variable) !== undefined);
  if (other !== undefined && other !== card) {
    reader.fault(other.variable, `it is a ${kind.name} already, by ${reader.prefix}${kind.variable}`);
  }
  for (const each of interfaceKinds) {
    if (each === kind) continue;
    for (const part of each.parts.filter((name) => reader.text(name) !== undefined)) {
      reader.fault(part, `is of a ${each.name}, but this is a ${kind.name}`, { severity: 'warning' });
    }
  }
  return kind;
}

function readMac(reader: VariableReader): Mac | undefined {
  const [word, ...others] = reader.words('MAC');
  if (word === undefined) return undefined;
  const mac = parseMac(word);
  if (mac === undefined) reader.fault('MAC', `'${word}' is not a MAC address`, { word });
  if (others.length > 0) reader.fault('MAC', 'is more than one address, which only a card may have');
  return mac;
}
