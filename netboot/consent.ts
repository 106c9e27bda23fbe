// What an arming allows besides an installation: data partitions that may be made, disks whose unreadable content is
// worth nothing. Pure.
import type { Lookup } from '../contract/lookup.ts';
import type { Consent } from './machine-source.ts';
import type { MachineRow } from './state/machine-row.ts';
import { mayInstall } from './state/transitions.ts';

const NOTHING: Consent = { initData: [], knownEmpty: [] };

/** What the next attempt may do; nothing once the machine is installed, has failed or is disarmed. */
export function consentOf({ life, initData, knownEmpty }: Pick<MachineRow, 'life' | keyof Consent>): Consent {
  return mayInstall(life) ? { initData, knownEmpty } : NOTHING;
}

/** The same as it stands in the snapshot of an arming; what is not allowed is left out. */
export function consentInLookup({ initData, knownEmpty }: Consent): Pick<Lookup, keyof Consent> {
  return {
    ...(initData.length === 0 ? {} : { initData: [...new Set(initData)] }),
    ...(knownEmpty.length === 0 ? {} : { knownEmpty: [...new Set(knownEmpty)] }),
  };
}

/** What the attempt of a machine is given as its look-up: the snapshot of its arming; undefined when it has none. */
export function snapshotOf({ life }: Pick<MachineRow, 'life'>, snapshot: Lookup | undefined): Lookup | undefined {
  if (life.state === 'installing') return snapshot;
  if (life.state !== 'booting' || snapshot === undefined) return undefined;
  const { initData: _data, knownEmpty: _empty, ...rest } = snapshot;
  return rest;
}

/** `may create data partition h`, for people; a line for each thing that is allowed. */
export function describeConsent({ initData, knownEmpty }: Consent): string[] {
  const create = `may create data ${initData.length === 1 ? 'partition' : 'partitions'} ${initData.join(', ')}`;
  const disks = knownEmpty.length === 1 ? 'disk' : 'disks';
  return [
    ...(initData.length === 0 ? [] : [create]),
    ...(knownEmpty.length === 0
      ? []
      : [`may take for free space what no tool can read on ${disks} ${knownEmpty.join(', ')}`]),
  ];
}
