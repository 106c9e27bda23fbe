// Hosts of a cluster.xml as objects of a machine database. In: hosts, and the database that they shall join. Out: text for
// a file of its own, or every host that cannot join. Never: I/O; a second object of one name, address or card.
import { FaultsError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import { parseMac } from '../../lib/mac.ts';
import { explainInexpressible, expressLine } from '../../machdb/edits/express-value.ts';
import { parseHostName } from '../../machdb/exports/host-names.ts';
import { comparable, spellIp } from '../document/comparable-values.ts';
import { faultAt, placeInText } from '../document/place-in-text.ts';
import type { ReadCluster, ReadHost } from './read-hosts.ts';

/** What the database has already. */
export type Joined = {
  /** Names of objects, by their lower case. */
  readonly names: ReadonlyMap<string, string>;
  /** Names of machines, by canonical address. */
  readonly byMac: ReadonlyMap<string, string>;
  readonly byIp: ReadonlyMap<string, string>;
};

export type Import = { readonly text: string; readonly warnings: readonly Fault[] };

const HEAD = '# Written by machdb import cluster-xml; from now on it is edited like any file of the database.\n';
const MOST_FAULTS = 100;
const NAME_FORM = 'letters, digits, - and dots, and its last part is no number';

type Problem = { readonly offset: number; readonly message: string };
type Importing = {
  readonly cluster: ReadCluster;
  readonly joined: Joined;
  /** The host that has a value, by field and comparable value. */
  readonly seen: Map<string, ReadHost>;
  readonly problems: Problem[];
};

/**
 * The text of all hosts, each as an object with these parents.
 * @throws FaultsError (exit code 2) with the hosts that have no usable name, a value that is none, or what another host or
 * the database has already
 */
export function planImport(cluster: ReadCluster, joined: Joined, parents: readonly string[]): Import {
  const importing: Importing = { cluster, joined, seen: new Map(), problems: [] };
  // Before the first object: a bootmaster may stand behind the hosts that boot from it.
  for (const host of cluster.hosts) enter(importing, host);
  const left: Problem[] = [];
  const objects = cluster.hosts.map((host) => renderObject(importing, host, { parents, left }));
  if (importing.problems.length > 0) {
    const faults = importing.problems.slice(0, MOST_FAULTS).map((problem) => asFault(cluster, problem, 'error'));
    throw new FaultsError('importing hosts into the machine database; nothing was written', faults);
  }
  const warnings = left.slice(0, MOST_FAULTS).map((problem) => asFault(cluster, problem, 'warning'));
  return { text: HEAD + objects.join(''), warnings: [...cluster.warnings, ...warnings] };
}

function asFault(cluster: ReadCluster, { offset, message }: Problem, severity: Fault['severity']): Fault {
  return faultAt(cluster, offset, { severity, message });
}

/** Notes whose a host's names and addresses are, and who has them already. */
function enter({ cluster, joined, problems, seen }: Importing, host: ReadHost): void {
  const { hostname, ip, mac } = host.values;
  const owners = [
    ['hostname', hostname, joined.names.get(hostname === undefined ? '' : comparable('hostname', hostname))],
    ['ip', ip, joined.byIp.get(ip === undefined ? '' : comparable('ip', ip))],
    ['mac', mac, joined.byMac.get(parseMac(mac ?? '') ?? '')],
  ] as const;
  for (const [field, value, owner] of owners) {
    if (value === undefined) continue;
    const key = `${field} ${comparable(field, value)}`;
    const other = seen.get(key);
    if (other === undefined) seen.set(key, host);
    const message =
      other !== undefined
        ? `the ${field} ${value} is also that of line ${placeInText(cluster.text, other.start).line}`
        : owner !== undefined
          ? `the ${field} ${value} is already that of ${owner} in the machine database`
          : undefined;
    if (message !== undefined) problems.push({ offset: host.start, message });
  }
}

type Rendering = { readonly parents: readonly string[]; readonly left: Problem[] };

/** `node001: lab`, and a line for each variable; empty when the host would be no machine. */
function renderObject(importing: Importing, host: ReadHost, { parents, left }: Rendering): string {
  const { hostname, ip, mac, notes, bootmaster } = host.values;
  if (ip === undefined && mac === undefined) {
    const message = `${hostname ?? 'this host'} has neither ip nor mac, so it is no machine, and left out`;
    left.push({ offset: host.start, message });
    return '';
  }
  const refuse = (message: string) => void importing.problems.push({ offset: host.start, message });
  const name = hostname === undefined ? undefined : parseHostName(hostname);
  if (hostname === undefined) refuse('this host has no hostname, so the object would have no name');
  else if (name === undefined) refuse(`'${hostname.slice(0, 80)}' is not a host name: ${NAME_FORM}`);
  const address = ip === undefined ? undefined : spellIp(ip);
  if (ip !== undefined && address === undefined) refuse(`'${ip.slice(0, 80)}' is not an IP address`);
  const card = mac === undefined ? undefined : parseMac(mac);
  if (mac !== undefined && card === undefined) refuse(`'${mac.slice(0, 80)}' is not a MAC address`);
  const variables = [
    ['MAC', card],
    [address?.includes(':') === true ? 'IP6' : 'IP', address],
    ['CLUSTER_NOTES', notes?.split(/\s+/).join(' ')],
    ['CLUSTER_BOOTMASTER', bootmaster === undefined ? undefined : readBootmaster(importing, bootmaster, refuse)],
  ] as const;
  const lines = variables.map(([variable, value]) => (value === undefined ? '' : renderLine(variable, value, refuse)));
  return `\n${[`${name}:`, ...parents].join(' ')}\n${lines.join('')}`;
}

/** An address, or the name of a host that has one. */
function readBootmaster({ joined, seen }: Importing, text: string, refuse: (why: string) => void): string {
  const name = comparable('hostname', text);
  const address = spellIp(text);
  if (address === undefined && !seen.has(`hostname ${name}`) && !joined.names.has(name)) {
    refuse(`the bootmaster '${text.slice(0, 80)}' is neither an address nor a host`);
  }
  return address ?? joined.names.get(name) ?? name;
}

/** A reference is what no value of a cluster.xml means. */
function renderLine(variable: string, value: string, refuse: (why: string) => void): string {
  const literal = value.replaceAll('${', () => '$${');
  const line = expressLine({ head: `    ${variable}=`, value: literal, tail: '', quote: '' });
  if (line === undefined) refuse(`${variable} cannot be written: ${explainInexpressible(literal) ?? ''}`);
  return `${line ?? ''}\n`;
}
