import type { Fault } from '../../lib/errors.ts';
import { isHostKey } from '../../lib/host-key.ts';
import type { ExportFormat, ExportInput, ExportMachine } from './format.ts';
import { readNames } from './host-names.ts';
import type { HostName } from './host-names.ts';
import { readInterfaces } from './interfaces.ts';
import { takeNames } from './name-owners.ts';
import type { NameOwners } from './name-owners.ts';

/**
 * `lab01.lab.example,lab01,10.77.0.101 ssh-ed25519 AAAA…`: a line for each key that a machine has reported, with all its
 * names and addresses. A short name of several machines is left out: the key of one would do for the other.
 * @see sshd(8), SSH_KNOWN_HOSTS FILE FORMAT
 */
export const knownHostsFormat: ExportFormat = { heeds: ['hostKeys'], render };

/** Names in the order in which they are written, and addresses. */
type Known = { readonly machine: string; readonly names: readonly HostName[]; readonly addresses: readonly string[] };

function* render(input: ExportInput): Generator<string | Fault> {
  yield '# Written by machdb export known-hosts; the keys are what the machines have reported to their server.\n';
  const { hostKeys = new Map<string, readonly string[]>() } = input.settings;
  const owners: NameOwners = new Map();
  const uses = new Map<string, number>();
  const known: Known[] = [];
  const silent: string[] = [];
  for (const machine of input.machines()) {
    const { faults, ...found } = readKnown(input, machine, owners);
    yield* faults;
    for (const { short } of found.names) uses.set(short, (uses.get(short) ?? 0) + 1);
    if ((hostKeys.get(machine.name) ?? []).some(isHostKey)) known.push(found);
    else silent.push(machine.name);
  }
  for (const { machine, names, addresses } of known) {
    const words = names.flatMap(({ full, short }) => [full, uses.get(short) === 1 ? short : undefined]);
    const hosts = [...new Set([...words.filter((word) => word !== undefined), ...addresses])].join(',');
    if (hosts === '') continue;
    for (const key of (hostKeys.get(machine) ?? []).filter(isHostKey)) yield `${hosts} ${key}\n`;
  }
  yield* describeSilent(input, silent);
}

function readKnown(input: ExportInput, machine: ExportMachine, owners: NameOwners): Known & { faults: Fault[] } {
  const faults: Fault[] = [];
  const all = readNames(input, machine, faults);
  if (all === undefined) return { machine: machine.name, names: [], addresses: [], faults };
  // A further interface has a name only if it has an address, as in the other exports.
  const interfaces = readInterfaces({ input, machine, faults }, all.host).filter(
    ({ prefix, ip, ip6s }) => prefix === '' || ip !== undefined || ip6s.length > 0,
  );
  for (const { prefix, name } of interfaces) {
    faults.push(...takeNames({ input, owners }, { machine: machine.name, prefix, name, aliases: all.aliases }));
  }
  const names = interfaces.flatMap(({ prefix, name }) => (prefix === '' ? [name, ...all.aliases] : [name]));
  const addresses = interfaces.flatMap(({ ip, ip6s }) => [ip ?? [], ip6s].flat());
  return { machine: machine.name, names, addresses, faults };
}

/** One warning for all: a site that is being installed has many. */
function describeSilent(input: ExportInput, machines: readonly string[]): Fault[] {
  const [first, ...others] = machines;
  if (first === undefined) return [];
  const what = others.length === 0 ? `${first} has` : `${first} and ${others.length} more have`;
  const message = `${what} reported no SSH host key: left out`;
  return [{ ...input.faultOf(first, 'HOSTNAME', { message }), severity: 'warning' }];
}
