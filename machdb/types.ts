import type { Fault } from '../lib/errors.ts';

/** Where something was written; `line` counts from 1. */
export type Place = { readonly file: string; readonly line: number };

/** `=` sets, `+=` adds the words that are not there yet, `-=` removes words. */
export type Operator = '=' | '+=' | '-=';

/** One line such as `PACKAGES+=tex`; `value` is without quotes, comment and surrounding blanks. */
export type Assignment = Place & { readonly variable: string; readonly operator: Operator; readonly value: string };

/** A name in the header of an object; `column` counts from 1. */
export type Parent = { readonly name: string; readonly line: number; readonly column: number };

/** `NAME: PARENT…` and the assignments below it. */
export type MachdbObject = Place & {
  readonly name: string;
  readonly parents: readonly Parent[];
  readonly assignments: readonly Assignment[];
};

/**
 * A database without faults of grammar or structure: every parent exists and no object inherits from itself.
 * It is never changed; whoever wants the database as it is now loads it again.
 */
export type Machdb = {
  /** By name, in the order in which they were written. */
  readonly objects: ReadonlyMap<string, MachdbObject>;
  /** The lines of each file, so that later faults can show them. */
  readonly sources: ReadonlyMap<string, readonly string[]>;
};

/** What a check is told of one machine. */
export type Machine = {
  readonly name: string;
  readonly record: Readonly<Record<string, string>>;
  /** The assignment that last touched a variable; undefined when nothing sets it. */
  readonly where: (variable: string) => Place | undefined;
};

/** A check from outside, run for every machine whose record resolves. */
export type RecordCheck = (machine: Machine) => Fault[];
