// What an upgrade would bring, and what it would not although it is newer, each with the reason. Pure; an ordinary user
// can ask, without the lock, and without a network. @see apt-get(8), apt_preferences(5)
import type { CommandResult } from '../../lib/run-command.ts';
import type { CandidateFlag, PackageCommand, PackageItem, PackageQuestion } from '../package-system.ts';
import { parseRows } from '../parse-rows.ts';
import { parseSimulation } from './parse-simulation.ts';
import type { AptChange } from './parse-simulation.ts';

/** apt-get's exit code while dependencies are broken; it then upgrades nothing. */
const BROKEN = 100;

/**
 * A second simulation is needed where something is left out that nobody holds: only the difference of both says in every
 * version of apt what is phased. Each takes seconds where much is to be upgraded.
 */
export const candidates: PackageQuestion<readonly PackageItem[]> = {
  commands: [
    { argv: ['apt', 'list', '--upgradable'] },
    simulateUpgrade(),
    { argv: ['dpkg-query', '--show', '--showformat', '${Package}\\t${Architecture}\\t${db:Status-Want}\\n'] },
  ],
  further: (results) => {
    const leavesOut = findCandidates(results).some(({ flags }) => flags.includes('kept-back'));
    return leavesOut ? [simulateUpgrade('-o', 'APT::Get::Always-Include-Phased-Updates=true')] : [];
  },
  parse: (results) => findCandidates(results),
};

function findCandidates([upgradable, simulated, wanted, withPhased]: readonly CommandResult[]): PackageItem[] {
  const upgrade = readChanges(simulated);
  const phased = readChanges(withPhased);
  const held = readHeld(wanted);
  return parseUpgradable(upgradable?.stdout ?? '').map((item) => {
    const key = keyOf(item);
    const change = upgrade.get(key) ?? phased.get(key);
    const why = held.has(key) ? 'held' : change === undefined ? 'kept-back' : 'phased';
    return asCandidate(item, change?.origin, upgrade.has(key) ? [] : [why]);
  });
}

function simulateUpgrade(...options: readonly string[]): PackageCommand {
  return {
    argv: ['apt-get', '--simulate', '-o', 'Debug::NoLocking=1', ...options, 'dist-upgrade'],
    okExitCodes: [0, BROKEN],
  };
}

type Named = { readonly name: string; readonly arch: string };
type Upgradable = Named & { readonly version: string; readonly suites: string };

/** `bash/stable-updates,stable-security 5.2-2 amd64 [upgradable from: 5.2-1]`; other lines are headings and notes. */
function parseUpgradable(stdout: string): Upgradable[] {
  return stdout.split('\n').flatMap((line) => {
    const [, name = '', suites = '', version = '', arch = ''] =
      /^([^\s/]+)\/(\S*) (\S+) (\S+) \[upgradable from: \S+\]$/.exec(line) ?? [];
    return name === '' ? [] : [{ name, arch, version, suites }];
  });
}

/** Of what is not brought, apt names only the suites. */
function asCandidate(item: Upgradable, from: string | undefined, why: readonly CandidateFlag[]): PackageItem {
  const { name, arch, version, suites } = item;
  const origin = from ?? suites;
  return { name, arch, version, flags: /security/i.test(origin) ? [...why, 'security'] : why, origin };
}

function readChanges(result: CommandResult | undefined): ReadonlyMap<string, AptChange> {
  return new Map(parseSimulation(result?.stdout ?? '').installs.map((change) => [keyOf(change), change]));
}

function readHeld(wanted: CommandResult | undefined): ReadonlySet<string> {
  const rows = parseRows<readonly [string, string, string]>(wanted?.stdout ?? '', 3, 'dpkg-query --show');
  return new Set(rows.filter(([, , want]) => want === 'hold').map(([name, arch]) => keyOf({ name, arch })));
}

function keyOf({ name, arch }: Named): string {
  return `${name}:${arch}`;
}
