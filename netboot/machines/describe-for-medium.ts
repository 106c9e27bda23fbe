// Consent to install a machine from a medium, without this server. In: a machine's name, what its owner allows. Out: the
// answer to its look-up, and a token for its reports. Never: arms it: on the network it stays what it is.
import type { Lookup } from '../../contract/lookup.ts';
import { UserError } from '../../lib/errors.ts';
import { consentInLookup, describeConsent } from '../consent.ts';
import type { Consent } from '../machine-source.ts';
import type { MachineRow } from '../state/machine-row.ts';
import { describeMachine, findToArm } from './arm-machine.ts';
import { giveMediumToken } from './attempts.ts';
import { claimMachine, noteOnTimeline, recordTogether } from './machines.ts';
import type { Machines } from './machines.ts';

type ForMedium = {
  readonly row: MachineRow;
  readonly lookup: Lookup;
  readonly token: string;
  /** What who builds the medium should know. */
  readonly notes: readonly string[];
};

/** @throws UserError when the machine is unknown, has no MAC address, or cannot be described; StateError */
export async function describeForMedium(machines: Machines, name: string, consent: Consent): Promise<ForMedium> {
  const site = await findToArm(machines, name);
  const notes = (await site.verify?.(consent)) ?? [];
  const row = claimMachine(machines, site);
  if (row.life.state === 'installing' || row.life.state === 'booting') {
    throw new UserError(`${name} is being installed over the network`, { hint: `gutinteg disarm ${name}` });
  }
  const lookup = { ...(await describeMachine(site, row.id)), ...consentInLookup(consent) };
  const token = recordTogether(machines, () => giveMediumToken(machines, row.id));
  const text = ['a medium was made that installs it without this server', ...describeConsent(consent)].join('; ');
  noteOnTimeline(machines, row.id, { source: 'server', key: text, text });
  return { row, lookup, token, notes };
}
