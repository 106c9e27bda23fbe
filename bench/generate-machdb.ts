// A large machine database for the benchmarks. In: numbers and a seed. Out: files of text, the same for the same seed.
// Never: reads the clock or a source of randomness.
import { createRandom } from './create-random.ts';
import type { Random } from './create-random.ts';
import { formatIpv4 } from '../lib/ipv4.ts';

/** `levels` counts the machines too: five levels are machines below four levels of groups. */
export type GeneratedShape = {
  readonly machines: number;
  readonly groups: number;
  readonly levels: number;
  readonly files: number;
  readonly seed: number;
};

/** The size that the figures in docs/ are about. */
export const largeSite: GeneratedShape = { machines: 110_000, groups: 700, levels: 5, files: 500, seed: 1996 };

type Group = { readonly name: string; readonly text: string };

const MACHINES_PER_NETWORK = 1000;
/** 10.0.0.0 */
const FIRST_ADDRESS = 0x0a00_0000;

/** Files of one database, with about 15 own lines for each machine; `machdb check` finds no error in it. */
export function generateMachdb(shape: GeneratedShape): { name: string; text: string }[] {
  const random = createRandom(shape.seed);
  const networks = Array.from({ length: Math.ceil(shape.machines / MACHINES_PER_NETWORK) }, (_, index) =>
    networkGroup(index),
  );
  const kinds = kindGroups(shape.groups - networks.length, shape.levels - 1, random);
  const leaves = kinds.filter(({ name }) => name.startsWith(`kind-${shape.levels - 2}-`));
  const machines = Array.from({ length: shape.machines }, (_, index) =>
    machineText(index, leaves[random(leaves.length)]?.name ?? '', random),
  );
  const perFile = Math.ceil(machines.length / (shape.files - 1));
  const groupFile = { name: '000-groups.db', text: [...networks, ...kinds].map(({ text }) => text).join('\n') };
  const machineFiles = Array.from({ length: shape.files - 1 }, (_, index) => ({
    name: `machines-${String(index).padStart(3, '0')}.db`,
    text: machines.slice(index * perFile, (index + 1) * perFile).join('\n'),
  }));
  return [groupFile, ...machineFiles];
}

/** The name of the machine with this number, from 0. */
export function machineName(index: number): string {
  return `n${String(index).padStart(6, '0')}`;
}

/** The MAC address of the machine with this number, in capitals as labels have it. */
export function machineMac(index: number): string {
  const digits = (0x5254_0000_0000 + index).toString(16).toUpperCase();
  return (digits.match(/../g) ?? []).join(':');
}

/** A /22 for each thousand machines, from 10.0.0.0 on. */
function networkGroup(index: number): Group {
  const first = FIRST_ADDRESS + index * 1024;
  const name = `net-${index}`;
  const lines = [
    `NETWORK=${formatIpv4(first)}`,
    'NETMASK=255.255.252.0',
    `BROADCAST=${formatIpv4(first + 1023)}`,
    `GATEWAY=${formatIpv4(first + 1)}`,
    `NAMESERVER=${formatIpv4(first + 2)}`,
    `DOMAIN=s${index}.site.example`,
    'FQDN=${HOSTNAME}.${DOMAIN}',
  ];
  return { name, text: objectText(name, [], lines) };
}

/** Groups in levels; each below the first inherits from one of the level above, every fourth from two. */
function kindGroups(count: number, levels: number, random: Random): Group[] {
  const groups: Group[] = [];
  let above: Group[] = [];
  for (let level = 0; level < levels; level += 1) {
    // Few at the top, most at the bottom, as in sites that grew.
    const size = level === levels - 1 ? count - groups.length : Math.ceil(count / 4 ** (levels - 1 - level));
    const current = Array.from({ length: size }, (_, index) => kindGroup({ level, index, above, random }));
    groups.push(...current);
    above = current;
  }
  return groups;
}

function kindGroup(input: { level: number; index: number; above: readonly Group[]; random: Random }): Group {
  const { level, index, above, random } = input;
  const name = `kind-${level}-${index}`;
  const first = above[random(above.length)];
  const second = index % 4 === 3 ? above[random(above.length)] : undefined;
  const parents = [...new Set([first, second].flatMap((group) => (group === undefined ? [] : [group.name])))];
  const lines = [
    ...(level === 0 ? ['OS=debian', 'OSREV=12', 'ARCH=amd64', 'PACKAGES+=base', 'REQUIRED=MAC IP NETMASK DOMAIN'] : []),
    `PACKAGES+=p${level}-${random(40)} p${level}-${random(40)}`,
    `KIND_${level}=${name}`,
    `SERVICE_${level}_PORT=${8000 + random(100)}`,
    `NOTE_${level}="set by level ${level}, group ${index}"`,
    ...(level === 1 ? ['PARTITION="disk0: (a 6G ext4 /) (b 512M swap) (c rest ext4 /home)"'] : []),
  ];
  return { name, text: objectText(name, parents, lines) };
}

function machineText(index: number, kind: string, random: Random): string {
  const network = Math.floor(index / MACHINES_PER_NETWORK);
  const address = FIRST_ADDRESS + network * 1024 + 10 + (index % MACHINES_PER_NETWORK);
  const lines = [
    `MAC=${machineMac(index)}`,
    `IP=${formatIpv4(address)}`,
    `RACK=r${network}-${Math.floor((index % MACHINES_PER_NETWORK) / 40)}`,
    `SLOT=${index % 40}`,
    `SERIAL=SN${(random(2 ** 31) + 2 ** 31).toString(36).toUpperCase()}`,
    `ASSET=${700_000 + index}`,
    `MODEL="Example ${['R100', 'R200', 'C6', 'C8'][random(4)]} rev ${random(9)}"`,
    `CPUS=${16 * (1 + random(8))}`,
    `MEMORY=${64 * (1 + random(16))}G`,
    `OWNER="group ${random(90)}"   # who pays`,
    `CONTACT=team${random(90)}@site.example`,
    `LOCATION="Hall ${network % 6}, row ${random(20)}"`,
    `PURCHASED=20${20 + random(6)}-${String(1 + random(12)).padStart(2, '0')}-15`,
    `CONSOLE=console-${network}:${7000 + (index % 1000)}`,
    ...(index % 5 === 0 ? [`PACKAGES+=extra-${random(30)}`] : [`PDU=pdu-${network}/${index % 48}`]),
  ];
  return objectText(machineName(index), [`net-${network}`, kind], lines);
}

function objectText(name: string, parents: readonly string[], lines: readonly string[]): string {
  return `${[name, ':', ...parents.map((parent) => ` ${parent}`)].join('')}\n${lines.map((line) => `    ${line}\n`).join('')}`;
}
