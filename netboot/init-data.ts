// What an arming allows besides an installation: data partitions that may be made. Pure.
import type { Lookup } from '../contract/lookup.ts';
import type { MachineRow } from './state/machine-rows.ts';
import { mayInstall } from './state/transitions.ts';

/** The data partitions that the next attempt may make; none once the machine is installed, has failed or is disarmed. */
export function initDataOf({ life, initData }: Pick<MachineRow, 'life' | 'initData'>): readonly string[] {
  return mayInstall(life) ? initData : [];
}

/** What the attempt of a machine is given as its look-up: the snapshot of its arming; undefined when it has none. */
export function snapshotOf({ life }: Pick<MachineRow, 'life'>, snapshot: Lookup | undefined): Lookup | undefined {
  if (life.state === 'installing') return snapshot;
  if (life.state !== 'booting' || snapshot === undefined) return undefined;
  const { initData: _usedUp, ...rest } = snapshot;
  return rest;
}

/** `may create data partition h`, for people; undefined when there is nothing to say. */
export function mayCreate(initData: readonly string[]): string | undefined {
  if (initData.length === 0) return undefined;
  return `may create data ${initData.length === 1 ? 'partition' : 'partitions'} ${initData.join(', ')}`;
}
