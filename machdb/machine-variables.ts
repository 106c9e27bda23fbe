import type { Assignment } from './types.ts';

/** Beginning of the variables that declare others. */
export const DECLARATION_PREFIX = 'DECLARE_';

/** Not what a site says of its variables: another sentence is no change of a machine. */
export function isOfRecords({ variable }: Assignment): boolean {
  return !variable.startsWith(DECLARATION_PREFIX);
}

/** Whether a value of its own makes an object a machine. */
export function makesMachine(variable: string): boolean {
  return variable === 'MAC' || variable === 'IP' || variable === 'IP6';
}
