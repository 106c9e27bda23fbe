import type { Fault } from '../lib/errors.ts';
import { addressKindOf, addressWords, canonicalAddress } from '../machdb/judge-address.ts';
import type { Machine } from '../machdb/types.ts';
import { readNetwork } from '../network-specs/read-network.ts';
import { placeOf } from './place-of.ts';

/** Whether a machine's interfaces, as its record describes them, can be set up. */
export function checkNetwork(machine: Machine): Fault[] {
  const { faults } = readNetwork(Object.fromEntries(machine.values));
  return faults
    .filter(({ where, word }) => !isSaid(machine, where, word))
    .map(({ where, word, ...fault }) => ({ ...fault, ...placeOf(machine, where, word) }));
}

/**
 * The database's own checks say of every address what is wrong with it, and of a gateway outside of its NETWORK. That a
 * NETMASK is missing is for exports and plans to say: a server that only answers look-ups needs none.
 */
function isSaid({ values }: Machine, variable: string, word: string | undefined): boolean {
  const kind = addressKindOf(variable);
  const value = values.get(variable) ?? '';
  if (kind === 'netmask') return true;
  if (kind === undefined || value === '') return false;
  const prefix = /^((?:NIC_\w+_)?)GATEWAY$/.exec(variable)?.[1];
  if (prefix !== undefined && values.get(`${prefix}NETWORK`)) return true;
  return addressWords(word ?? value, kind).some((each) => canonicalAddress(each, kind) === undefined);
}
