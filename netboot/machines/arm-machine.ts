// Consent to erase a machine's disks. In: a machine's name, what its owner allows. Out: an armed machine, with the answer
// to its look-up frozen. Never: arms what cannot be described or recognised.
import type { Lookup } from '../../contract/lookup.ts';
import { UserError } from '../../lib/errors.ts';
import { consentInLookup, consentOf, describeConsent } from '../consent.ts';
import { filterRecord } from '../filter-record.ts';
import type { Consent, SiteMachine } from '../machine-source.ts';
import { getMachine } from '../state/find-machines.ts';
import type { MachineRow } from '../state/machine-row.ts';
import { saveArming } from '../state/save-machines.ts';
import { applyOccurrence, claimMachine, noteOnTimeline, recordTogether, startTimeline } from './machines.ts';
import type { Machines } from './machines.ts';

/** A machine that was armed, and what who armed it should know. */
type Armed = { readonly row: MachineRow; readonly notes: readonly string[] };

/**
 * Consent: the next netboots may erase the machine's disks, with exactly the record and packages of this moment, and
 * may do what `consent` allows. Notes are what who arms it should know.
 * @throws UserError when the machine is unknown, has no MAC address, or cannot be described; StateError
 */
export async function armMachine(
  machines: Machines,
  name: string,
  { initData = [], knownEmpty = [] }: Partial<Consent> = {},
): Promise<Armed> {
  const site = await findToArm(machines, name);
  const consent: Consent = { initData, knownEmpty };
  await machines.options.requireBootFiles?.(site);
  const notes = (await site.verify?.(consent)) ?? [];
  const row = claimMachine(machines, site);
  const snapshot = { ...(await describeMachine(site, row.id)), ...consentInLookup(consent) };
  const armed = recordTogether(machines, () => {
    saveArming(machines.table, row.id, { snapshot, recordDigest: site.recordDigest });
    startTimeline(machines, getMachine(machines.table, row.id));
    return applyOccurrence(machines, row.id, { kind: 'armed', attemptsAllowed: machines.options.attempts });
  });
  machines.boots.forget(row.id);
  for (const may of describeConsent(consentOf(armed)))
    noteOnTimeline(machines, row.id, { source: 'server', key: may, text: may });
  return { row: armed, notes };
}

/** The answer to a machine's look-up, without what its installer and templates do not need. @throws UserError */
export async function describeMachine(site: SiteMachine, machineId: string): Promise<Lookup> {
  const lookup = await site.describe(machineId);
  const variables = (await site.templateVariables?.()) ?? [];
  return { ...lookup, record: filterRecord(lookup.record, variables, site.name) };
}

/** A machine that can be recognised. @throws UserError */
export async function findToArm({ options }: Machines, name: string): Promise<SiteMachine> {
  const site = await options.source.lookupByName(name);
  if (site === undefined) {
    throw new UserError(`arming ${name}: no such machine in the database`, {
      exitCode: 2,
      hint: 'machdb check --site SITE, and look at how the name is written',
    });
  }
  if (site.macs.length === 0) {
    throw new UserError(`arming ${name}: it has no MAC address, so it cannot be recognised on the network`, {
      exitCode: 2,
      hint: `add MAC= to ${name} in the machine database`,
    });
  }
  return site;
}
