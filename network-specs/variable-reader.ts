import { didYouMean } from '../lib/did-you-mean.ts';
import type { NetworkFault } from './network.ts';

export type Record = Readonly<{ [variable: string]: string | undefined }>;

type Details = { readonly severity?: 'warning'; readonly suggestion?: string | undefined; readonly word?: string };

/** Reads the variables of one interface: `MTU`, or `NIC_storage_MTU`. An empty value is none. */
export type VariableReader = {
  readonly prefix: string;
  readonly text: (part: string) => string | undefined;
  readonly words: (part: string) => string[];
  /** One of the words; undefined, with a fault, if it is another. */
  readonly choice: <Word extends string>(part: string, words: readonly Word[]) => Word | undefined;
  /** An integer within bounds; undefined, with a fault, if it is not. */
  readonly number: (part: string, least: number, most: number) => number | undefined;
  readonly fault: (part: string, message: string, details?: Details) => void;
};

/** A reader for the variables that begin with `prefix`; what is wrong is added to `faults`. */
export function readVariables(record: Record, prefix: string, faults: NetworkFault[]): VariableReader {
  const text = (part: string): string | undefined => record[prefix + part]?.trim() || undefined;
  const fault: VariableReader['fault'] = (part, message, { severity, suggestion, word } = {}) => {
    const more = { ...(suggestion === undefined ? {} : { suggestion }), ...(word === undefined ? {} : { word }) };
    faults.push({
      severity: severity ?? 'error',
      where: prefix + part,
      message: `${prefix}${part}: ${message}`,
      ...more,
    });
  };
  return {
    prefix,
    text,
    words: (part) => (text(part) ?? '').split(/[ \t]+/).filter((word) => word !== ''),
    choice: (part, words) => {
      const value = text(part);
      const found = words.find((word) => word === value);
      if (value !== undefined && found === undefined) {
        fault(part, `'${cut(value)}' is not one of ${words.join(', ')}`, { suggestion: didYouMean(value, words) });
      }
      return found;
    },
    number: (part, least, most) => {
      const value = text(part);
      if (value === undefined) return undefined;
      const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
      if (number >= least && number <= most) return number;
      fault(part, `'${cut(value)}' is not a number from ${least} to ${most}`);
      return undefined;
    },
    fault,
  };
}

/** As much of a value as a message can hold. */
export function cut(value: string): string {
  return value.slice(0, 80);
}
