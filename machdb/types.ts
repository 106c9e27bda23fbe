import type { Fault } from '../lib/errors.ts';

/** Where something was written; `line` counts from 1. */
export type SourceLine = { readonly file: string; readonly line: number };

/** `=` sets, `+=` adds the words that are not there yet, `-=` removes words. */
export type Operator = '=' | '+=' | '-=';

/** One line such as `PACKAGES+=tex`; `value` is without quotes, comment and surrounding blanks. */
export type Assignment = SourceLine & {
  readonly variable: string;
  readonly operator: Operator;
  readonly value: string;
};

/** A name in the header of an object; `column` counts from 1. */
export type Parent = { readonly name: string; readonly line: number; readonly column: number };

/**
 * `NAME: PARENT…` and where its text lies. What it assigns is parsed when it is asked for (`assignmentsOf`): a million
 * assignments take seconds and gigabytes to keep, a hundred thousand objects do not.
 */
export type MachdbObject = SourceLine & {
  /** Empty when the header has none that is legal; such an object is in no index. */
  readonly name: string;
  readonly parents: readonly Parent[];
  /** It has a MAC, IP or IP6 in lines of its own. */
  readonly isMachine: boolean;
  readonly span: Span;
};

/** Offsets in the text of a file: where the header begins, where the lines below it begin, where the next header begins. */
type Span = { readonly start: number; readonly body: number; readonly bodyLine: number; readonly end: number };

/**
 * A database in which every parent exists and no object inherits from itself (unless whoever read it was told otherwise
 * in faults). It is never changed; whoever wants the database as it is now loads it again.
 */
export type Machdb = {
  /** By name, in the order in which they were written. */
  readonly objects: ReadonlyMap<string, MachdbObject>;
  /** Every header in order, also the second of a name and those without a legal one. */
  readonly headers: readonly MachdbObject[];
  /** The text of each file, without byte-order mark. */
  readonly texts: ReadonlyMap<string, string>;
};

/** What a check is told of one machine. */
export type Machine = {
  readonly name: string;
  /** The resolved variables, `HOSTNAME` first. */
  readonly values: ReadonlyMap<string, string>;
  /**
   * The assignment that last touched a variable or, with a word of its value, that last gave this word; undefined when
   * nothing sets it.
   */
  readonly where: (variable: string, word?: string) => SourceLine | undefined;
};

/** A check from outside, run for every machine whose record resolves. */
export type RecordCheck = (machine: Machine) => Fault[];
