// The machines of a medium, and the server that it names. In: a site, options. Out: their look-ups, MAC addresses and
// tokens. Never: gives a token or publishes a package for a dry run.
import { join } from 'node:path';
import type { MediumMachine } from '../../contract/medium.ts';
import { UserError } from '../../lib/errors.ts';
import { createControlClient } from '../../netboot/control-client.ts';
import { findPlace } from '../../netboot/place.ts';
import { readMachineId } from '../../netboot/state/read-machine-id.ts';
import type { MediaOptions } from './media-options.ts';
import { openMachines } from '../open-site-state.ts';
import type { SiteState } from '../open-site-state.ts';

type Found = {
  readonly machines: MediumMachine[];
  readonly serverUrl: string;
  readonly notes: readonly string[];
};

/** @throws UserError when the server is away that must know an offline medium's machines; FaultsError */
export async function findMediumMachines(state: SiteState, options: MediaOptions): Promise<Found> {
  const names = [...new Set(options.machine ?? [])].sort();
  if (names.length === 0) return { machines: [], serverUrl: options.server ?? serverOf(state), notes: [] };
  if (options.dryRun === true) return planMachines(state, options, names);
  const { initData = [], knownEmpty = [] } = options;
  const control = createControlClient(state.stateDir);
  const answers = [];
  for (const name of names) answers.push(await control.medium(name, { initData, knownEmpty }));
  const notes = answers.flatMap((answer) => answer.notes.map((note) => `${answer.lookup.name}: ${note}`));
  const machines = answers.map(({ lookup, macs, token }) => ({ lookup, macs: [...macs], token }));
  return { machines, serverUrl: options.server ?? answers[0]?.serverUrl ?? serverOf(state), notes };
}

function serverOf({ settings }: SiteState): string {
  const address = settings.address ?? findPlace(settings).address;
  return `http://${address}:${settings.httpPort}`;
}

/** As they would be: without a token, and with an id of its own kind where no server has seen the machine. */
async function planMachines(state: SiteState, options: MediaOptions, names: readonly string[]): Promise<Found> {
  const site = await openMachines(state, { pollMs: 0, isReadOnly: true });
  const machines: MediumMachine[] = [];
  for (const name of names) {
    const machine = await site.lookupByName(name);
    if (machine === undefined || machine.macs.length === 0) {
      const what = machine === undefined ? 'no such machine in the database' : 'it has no MAC address to be known by';
      throw new UserError(`${name}: ${what}`, { exitCode: 2, hint: `machdb check --site ${state.dir}` });
    }
    await machine.verify({ initData: options.initData ?? [] });
    const id = readMachineId(join(state.stateDir, 'netboot.db'), machine.macs);
    const lookup = await machine.describe(id ?? '00000000-0000-4000-8000-000000000000');
    machines.push({ lookup, macs: [...machine.macs], token: '0'.repeat(64) });
  }
  return { machines, serverUrl: options.server ?? serverOf(state), notes: [] };
}
