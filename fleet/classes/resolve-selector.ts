// Which hosts a class or a selector stands for now. In: a name or a selector. Out: hosts that take part. Never: changes anything;
// knows how packages are stored or hosts are judged.
import { OperationError } from '../operations/operation-error.ts';
import { didYouMean } from '../../lib/did-you-mean.ts';
import type { Fleet } from '../fleet.ts';
import { findingKinds } from '../hosts/judge-host.ts';
import { judgeAll } from '../hosts/judge-hosts.ts';
import type { JudgedRow } from '../hosts/judge-hosts.ts';
import { fitsPattern, parsePattern } from '../questions/match-pattern.ts';
import { fault, parseSelector } from './parse-selector.ts';
import { VARIABLE_PREFIX } from './selector.ts';
import type { Selector, Term } from './selector.ts';

export type SelectedHost = {
  readonly id: string;
  readonly name: string;
  readonly site: string;
  /** The list that it has installed; null until it has reported. */
  readonly installedSet: number | null;
  /** Empty until it has reported. */
  readonly mode: '' | 'packages' | 'image';
};

type Test = (host: JudgedRow) => boolean;
type Context = {
  readonly fleet: Fleet;
  /** Of the selector that is read, for faults. */
  readonly text: string;
  /** Names of the classes on the way here. */
  readonly classes: readonly string[];
};

const isName = (text: string): boolean => /^[\w.-]+$/.test(text);

/** In the order of names. @throws UserError for a class that does not exist, and for faults of a selector */
export async function resolveSelector(fleet: Fleet, text: string): Promise<SelectedHost[]> {
  const [found = []] = await resolveSelectors(fleet, [text]);
  return found;
}

/** Several at once, by one look at all hosts. @throws as `resolveSelector` */
export async function resolveSelectors(fleet: Fleet, texts: readonly string[]): Promise<SelectedHost[][]> {
  const selections: { readonly fits: Test; readonly found: SelectedHost[] }[] = [];
  for (const text of texts) selections.push({ fits: await compileText(fleet, text), found: [] });
  for await (const page of judgeAll(fleet)) {
    for (const host of page) {
      if (!takesPart(host)) continue;
      for (const { fits, found } of selections) if (fits(host)) found.push(asSelected(host));
    }
  }
  return selections.map(({ found }) => found);
}

async function compileText(fleet: Fleet, text: string): Promise<Test> {
  const selector = isName(text) ? await readClass(fleet, text) : text;
  return compile({ fleet, text: selector, classes: isName(text) ? [text] : [] }, parseSelector(selector));
}

const asSelected = ({ id, name, site, installedSet, facts }: JudgedRow): SelectedHost => ({
  id,
  name,
  site,
  installedSet,
  mode: facts?.mode ?? '',
});

/** A relay has nothing that could be asked about. */
const takesPart = ({ state, kind }: JudgedRow): boolean => state === 'enrolled' && kind === 'host';

/** @throws UserError for a class, finding or field of the selector that does not exist */
export async function checkSelector(fleet: Fleet, name: string, text: string): Promise<void> {
  await compile({ fleet, text, classes: [name] }, parseSelector(text));
}

async function compile(context: Context, selector: Selector): Promise<Test> {
  if (selector.kind === 'term') return compileTerm(context, selector);
  if (selector.kind === 'not') {
    const part = await compile(context, selector.part);
    return (host) => !part(host);
  }
  const parts: Test[] = [];
  for (const part of selector.parts) parts.push(await compile(context, part));
  return selector.kind === 'and'
    ? (host) => parts.every((part) => part(host))
    : (host) => parts.some((part) => part(host));
}

async function compileTerm(context: Context, term: Term): Promise<Test> {
  const test = await compilePositive(context, term);
  return term.operator.startsWith('!') ? (host) => !test(host) : test;
}

const texts: Readonly<Record<string, (host: JudgedRow) => string>> = {
  name: ({ name }) => name,
  id: ({ id }) => id,
  site: ({ site }) => site,
  origin: ({ origin }) => origin,
  system: ({ packageSystem }) => packageSystem,
  os: ({ facts }) => facts?.os ?? '',
  version: ({ facts }) => facts?.osVersion ?? '',
  arch: ({ facts }) => facts?.architecture ?? '',
  kernel: ({ facts }) => facts?.kernel ?? '',
  mode: ({ facts }) => facts?.mode ?? '',
};

async function compilePositive(context: Context, term: Term): Promise<Test> {
  const { field } = term;
  const textOf = texts[field];
  if (textOf !== undefined) {
    const matches = compileValue(term);
    return (host) => matches(textOf(host));
  }
  if (field === 'is') return compileFinding(context, term);
  if (field === 'package') return compilePackage(context, term);
  if (field === 'class') return compileClass(context, term);
  return compileRecord(context, term);
}

/** `=` is the very text; with `~`, it is a pattern. */
function compileValue({ operator, value }: Term): (text: string) => boolean {
  if (!operator.endsWith('~')) return (text) => text === value;
  const pattern = { ...parsePattern(value), isName: false };
  return (text) => fitsPattern(pattern, text);
}

function compileFinding({ text }: Context, term: Term): Test {
  const { value, column } = term;
  if (value === 'up-to-date') return ({ findings }) => findings.length === 0;
  const matches = compileValue(term);
  if (!findingKinds.some(matches)) {
    const suggestion = didYouMean(value, findingKinds) ?? `there are ${findingKinds.join(', ')}, and up-to-date`;
    throw fault(text, column, `there is no finding ${value}`, suggestion);
  }
  return ({ findings }) => findings.some(({ kind }) => matches(kind));
}

async function compilePackage({ fleet, text }: Context, { value, operator, column }: Term): Promise<Test> {
  const [, name = '', comparison, version = ''] = /^([^<>]+)(?:([<>])(.*))?$/.exec(value) ?? [];
  if (name === '' || (comparison !== undefined && version === '')) {
    throw fault(
      text,
      column,
      `package=${value} is neither a package nor one and a version`,
      'such as package=openssl<3.0.9',
    );
  }
  // `~` without a star would be a name.
  const pattern = operator.endsWith('~') && !/[*?]/.test(name) ? `${name}*` : name;
  const versions = comparison === undefined ? {} : comparison === '<' ? { older: version } : { newer: version };
  const sets = new Set(await fleet.ask('sets-with-package', { kind: 'installed', package: pattern, ...versions }));
  return ({ installedSet }) => installedSet !== null && sets.has(installedSet);
}

async function compileClass({ fleet, text, classes }: Context, { value, column }: Term): Promise<Test> {
  if (classes.includes(value)) throw fault(text, column, `the class ${value} would be a part of itself`);
  const selector = await readClass(fleet, value);
  return compile({ fleet, text: selector, classes: [...classes, value] }, parseSelector(selector));
}

function compileRecord({ fleet, text }: Context, term: Term): Test {
  const { field, column } = term;
  const records = fleet.records?.();
  if (records === undefined) {
    throw fault(
      text,
      column,
      `${field} is of the machine database, and this server has none`,
      'gutinteg fleet serve --site SITE',
    );
  }
  const matches = compileValue(term);
  if (field === 'object') return ({ name }) => records.objectsOf(name).some(matches);
  const variable = field.slice(VARIABLE_PREFIX.length);
  return ({ name }) => matches(records.variableOf(name, variable) ?? '');
}

async function readClass({ store }: Fleet, name: string): Promise<string> {
  const rows = await store.queries.selectFrom('classes').select(['name', 'selector']).execute();
  const found = rows.find((row) => row.name === name);
  if (found !== undefined) return found.selector;
  const hint =
    didYouMean(
      name,
      rows.map((row) => row.name),
    ) ?? 'gutinteg fleet class list';
  throw new OperationError('not-found', `there is no class ${name.slice(0, 100)}`, { hint });
}
