import { osFamilies } from './all.ts';

/** The family whose conventions an OS of the database follows; what is none by name is taken for a Linux. */
export function familyOfOs(os: string | undefined): string {
  return os !== undefined && osFamilies.has(os) ? os : 'linux';
}
