// Selectors as data. In: nothing. Out: the fields that they may name, and their types. Never: I/O.

/** What each field is about, for people. */
export const selectorFields = {
  name: "the host's name",
  id: "the host's id",
  site: 'where it stands',
  origin: 'machdb, token or stranger: how it came here',
  os: 'its distribution, such as debian',
  version: "the distribution's version, such as 12",
  arch: 'its architecture, such as amd64',
  kernel: 'the kernel that runs',
  system: 'its package system, dpkg or rpm',
  mode: 'packages or image',
  package: 'an installed package, or one in an older or newer version: package=openssl<3.0.9',
  is: 'a finding: outdated, security, held, kept-back, phased, broken, job-failed, reboot-needed, silent, …',
  class: 'another class',
  object: 'an object of the machine database that its machine is, or inherits from',
} as const;

type SelectorField = keyof typeof selectorFields;

/** `var.NAME`: a variable of the machine database. */
export const VARIABLE_PREFIX = 'var.';

export const operators = ['=', '!=', '~', '!~'] as const;
export type Operator = (typeof operators)[number];

export type Term = {
  readonly kind: 'term';
  readonly field: SelectorField | `var.${string}`;
  /** `~` is a pattern with `*` and `?`; capitals do not matter in it. */
  readonly operator: Operator;
  readonly value: string;
  /** Where it begins, from 1. */
  readonly column: number;
};

export type Selector =
  | Term
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Selector[] }
  | { readonly kind: 'not'; readonly part: Selector };
