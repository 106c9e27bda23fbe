import type { Fault } from '../../lib/errors.ts';
import type { ExportFormat, ExportInput } from './format.ts';
import { readNames } from './host-names.ts';
import type { HostName } from './host-names.ts';
import { readInterfaces } from './interfaces.ts';
import { takeNames } from './name-owners.ts';
import type { NameOwners } from './name-owners.ts';
import { createShortNames } from './short-names.ts';

/**
 * `10.77.0.101 lab01.lab.example lab01 www.lab.example www`: a line for each address, the whole name first.
 * @see hosts(5)
 */
export const hostsFormat: ExportFormat = { heeds: [], render };

function* render(input: ExportInput): Generator<string | Fault> {
  yield '# Written by machdb export hosts; changes belong in the machine database.\n127.0.0.1 localhost\n::1 localhost\n';
  const owners: NameOwners = new Map();
  const shortNames = createShortNames();
  for (const machine of input.machines()) {
    const faults: Fault[] = [];
    const names = readNames(input, machine, faults);
    if (names !== undefined) {
      for (const { prefix, name, ip, ip6s } of readInterfaces({ input, machine, faults }, names.host)) {
        const addresses = ip === undefined ? ip6s : [ip, ...ip6s];
        if (addresses.length === 0) continue;
        const all = prefix === '' ? [name, ...names.aliases] : [name];
        yield* takeNames({ input, owners }, { machine: machine.name, prefix, name, aliases: names.aliases });
        for (const each of all) shortNames.add(machine.name, each);
        for (const address of addresses) yield `${address} ${spell(all)}\n`;
      }
    }
    yield* faults;
  }
  for (const { machine, problem } of shortNames.list()) {
    yield { ...input.faultOf(machine, 'HOSTNAME', problem), severity: 'warning' };
  }
}

function spell(names: readonly HostName[]): string {
  const words = names.flatMap(({ full, short }) => (full === undefined ? [short] : [full, short]));
  return [...new Set(words)].join(' ');
}
