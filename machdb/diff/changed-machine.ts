import type { Contribution } from '../resolve.ts';

/** One machine in one database. */
export type MachineSide = {
  readonly values: ReadonlyMap<string, string>;
  readonly contributions: readonly Contribution[];
};

export type ChangedMachine = { readonly name: string; readonly before: MachineSide; readonly after: MachineSide };

/** A variable's value in both databases; null where it is not set. */
export type Versions = { readonly before: string | null; readonly after: string | null };
