import { UserError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import { canonicalIp } from '../find-machine.ts';
import { lineageOf } from '../inheritance.ts';
import { tryResolve } from '../resolve.ts';
import { splitWords } from '../values.ts';
import type { ExportFormat, ExportInput, ExportMachine } from './format.ts';
import { readNames } from './host-names.ts';
import { readInterfaces } from './interfaces.ts';
import type { Interface } from './interfaces.ts';

const NOTES = 'CLUSTER_NOTES';
const BOOTMASTER = 'CLUSTER_BOOTMASTER';

/**
 * `cluster.xml` of update-cluster: a `host` for each interface that has an address, with its name inside its DOMAIN.
 * `<ip>10.77.0.2</ip> <mac>52:54:00:77:00:01</mac> <hostname>server</hostname> <notes>master</notes>`
 */
export const clusterXmlFormat: ExportFormat = { heeds: ['masters', 'bootmaster'], render };

type Rendering = {
  readonly input: ExportInput;
  readonly isMaster: (machine: ExportMachine) => boolean;
  /** Who has an address or a name, each behind its kind. */
  readonly owners: Map<string, string>;
  /** Names of machines that have no other one, as they have no DOMAIN. */
  readonly onlyNames: ReadonlyMap<string, string>;
};

/** A machine with those of its interfaces that have an address. */
type Described = {
  readonly machine: ExportMachine;
  readonly hosts: readonly Host[];
  readonly faults: readonly Fault[];
};
type Host = { readonly one: Interface; readonly ip: string };

function* render(input: ExportInput): Generator<string | Fault> {
  const all = [...input.machines()].map((machine) => describeMachine(input, machine));
  const owners = new Map<string, string>();
  const rendering = { input, isMaster: findMasters(input), owners, onlyNames: listOnlyNames(all) };
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield '<!-- Written by machdb export cluster-xml; changes belong in the machine database. -->\n<cluster>\n';
  for (const described of all) yield* renderMachine(rendering, described);
  yield '</cluster>\n';
}

function describeMachine(input: ExportInput, machine: ExportMachine): Described {
  const faults: Fault[] = [];
  const names = readNames(input, machine, faults);
  const interfaces = names === undefined ? [] : readInterfaces({ input, machine, faults }, names.host);
  const hosts = interfaces.flatMap((one) => {
    const ip = one.ip ?? one.ip6s[0];
    return ip === undefined ? [] : [{ one, ip }];
  });
  return { machine, hosts, faults };
}

const hasOneName = ({ name: { short, full } }: Interface): boolean => full === undefined || full === short;

function listOnlyNames(all: readonly Described[]): Map<string, string> {
  const only = all.flatMap(({ machine, hosts }) =>
    hosts.filter(({ one }) => hasOneName(one)).map(({ one }) => [one.name.short, machine.name] as const),
  );
  return new Map(only);
}

function* renderMachine(rendering: Rendering, described: Described): Generator<string | Fault> {
  const { input, isMaster } = rendering;
  const { machine, hosts } = described;
  const faults = [...described.faults];
  const notes = readNotes(input, machine, { isMaster: isMaster(machine), faults });
  const bootmaster = readBootmaster(input, machine, faults);
  for (const { one, ip } of hosts) {
    const mac = one.macs[0]?.toUpperCase();
    const hostname = chooseName(rendering, machine, { one, faults });
    faults.push(...takeAll(rendering, machine, { one, ip, hostname }), ...warnOfMore(input, machine, one));
    yield renderHost({ ip, mac, hostname, notes, bootmaster });
  }
  yield* faults;
}

/** What this file cannot be told of a machine that others can. */
export function clusterFaults(input: ExportInput, machine: ExportMachine): Fault[] {
  const faults: Fault[] = [];
  readNotes(input, machine, { isMaster: false, faults });
  readBootmaster(input, machine, faults);
  return faults;
}

/** The name inside of DOMAIN; the whole one, with a warning, where another machine has that, or has no other name. */
function chooseName(
  { input, owners, onlyNames }: Rendering,
  { name }: ExportMachine,
  { one, faults }: { one: Interface; faults: Fault[] },
): string {
  const { short, full } = one.name;
  const other = owners.get(`name ${short}`) ?? onlyNames.get(short);
  if (other === undefined || full === undefined || hasOneName(one)) return short;
  const message = `${name}: the name ${short} already belongs to ${other}; ${full} is written`;
  faults.push({ ...input.faultOf(name, nameVariable(one), { message }), severity: 'warning' });
  return full;
}

function nameVariable({ prefix }: Interface): string {
  return prefix === '' ? 'HOSTNAME' : `${prefix}IP`;
}

/** Fields in the order of the guide's table; a field without a value is left out. */
function renderHost(fields: Readonly<Record<string, string | undefined>>): string {
  const lines = Object.entries(fields).map(([name, value = '']) =>
    value === '' ? '' : `    <${name}>${escapeXml(value)}</${name}>\n`,
  );
  return `  <host>\n${lines.join('')}  </host>\n`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Each name, address and card belongs to one host of the file. */
function takeAll(
  { input, owners }: Rendering,
  { name }: ExportMachine,
  { one, ip, hostname }: { one: Interface; ip: string; hostname: string },
): Fault[] {
  const taken: readonly (readonly [string, string, string | undefined])[] = [
    [`${one.prefix}IP`, 'address', ip],
    [`${one.prefix}MAC`, 'MAC address', one.macs[0]],
    [nameVariable(one), 'name', hostname],
  ];
  return taken.flatMap(([variable, kind, value]) => {
    if (value === undefined) return [];
    const other = owners.get(`${kind} ${value}`);
    owners.set(`${kind} ${value}`, name);
    if (other === undefined) return [];
    return [
      input.faultOf(name, variable, {
        message: `${name}: ${variable}: the ${kind} ${value} already belongs to ${other}`,
      }),
    ];
  });
}

function warnOfMore(input: ExportInput, { name }: ExportMachine, { prefix, macs }: Interface): Fault[] {
  if (macs.length < 2) return [];
  const message = `${name}: ${prefix}MAC: a host of cluster.xml has one MAC address; only ${macs[0]} is written`;
  return [{ ...input.faultOf(name, `${prefix}MAC`, { message }), severity: 'warning' }];
}

/** Which machines are masters, besides those whose CLUSTER_NOTES say so. @throws UserError for a name of nothing */
function findMasters({ db, settings: { masters } }: ExportInput): Rendering['isMaster'] {
  if (masters === undefined) return () => false;
  if (db.objects.has(masters)) return ({ name }) => lineageOf(db, name).has(masters);
  if (isSetSomewhere(db.texts, masters)) return ({ values }) => (values.get(masters) ?? '') !== '';
  throw new UserError(`--masters ${masters} is neither an object of the database nor a variable that it sets`, {
    exitCode: 2,
    hint: 'machdb list',
  });
}

function isSetSomewhere(texts: ReadonlyMap<string, string>, variable: string): boolean {
  const line = new RegExp(String.raw`^[ \t]*${RegExp.escape(variable)}[ \t]*(?:[-+]?=|\\)`, 'm');
  return texts.values().some((text) => line.test(text));
}

function readNotes(
  input: ExportInput,
  { name, values }: ExportMachine,
  { isMaster, faults }: { isMaster: boolean; faults: Fault[] },
): string {
  const words = new Set([...(isMaster ? ['master'] : []), ...splitWords(values.get(NOTES) ?? '')]);
  // The two characters that a value may have and XML may not.
  const wrong = [...words].find((word) => /[\uFFFE\uFFFF]/.test(word));
  if (wrong === undefined) return [...words].join(' ');
  faults.push(input.faultOf(name, NOTES, { message: `${name}: ${NOTES}: a character that XML does not have` }));
  return '';
}

/** An address, or a machine of the database, of which the first interface's address is taken. */
function readBootmaster(input: ExportInput, { name, values }: ExportMachine, faults: Fault[]): string | undefined {
  const variable = input.settings.bootmaster ?? BOOTMASTER;
  const text = values.get(variable) ?? '';
  if (text === '') return undefined;
  const ip = canonicalIp(input.db.objects.has(text) ? firstAddress(tryResolve(input.db, text).values) : text);
  if (ip !== undefined) return ip;
  const message = `${name}: ${variable}: '${text.slice(0, 80)}' is neither an address nor a machine with one`;
  faults.push(input.faultOf(name, variable, { message }));
  return undefined;
}

function firstAddress(values: ReadonlyMap<string, string>): string {
  return values.get('IP') || (splitWords(values.get('IP6') ?? '')[0] ?? '');
}
