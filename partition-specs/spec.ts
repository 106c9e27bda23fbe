// The PARTITION language. In: the text of one variable. Out: what it asks for, or every fault with a caret.
// Never: asks whether a file system or an OS can do it (spec-support.ts), or whether it fits (plan-layout.ts).
import { FaultsError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import { asksForEncryption, noEncryption } from './encryption-words.ts';
import { isName, parseContent, parsePartition, parseVolume } from './spec-content.ts';
import type { Group, Report } from './spec-content.ts';
import { parseSize } from './spec-size.ts';
import { readItems, specFault } from './spec-tokens.ts';
import type { SpecItem } from './spec-tokens.ts';
import { stackKindOf } from './spec-types.ts';
import type { ArraySpec, DiskSpec, GroupSpec, PartitionSpec } from './spec-types.ts';
import { checkWhole } from './spec-whole.ts';

type Header = Extract<SpecItem, { kind: 'header' }>;
type Section = { readonly header: Header; readonly groups: Group[] };

/**
 * Parses `disk0: (a 20G ext4 /) (b 4G swap) (c rest ext4 /home noatime) disk1: …`.
 * @throws FaultsError with every fault, each with its column.
 * @see docs/partition.md for the grammar
 */
export function parsePartitionSpec(source: string): PartitionSpec {
  const text = source.replaceAll(/\s/g, ' ').trimEnd();
  const { items, faults } = readItems(text);
  const report: Report = (column, message, suggestion) =>
    void faults.push(specFault({ text, column }, message, suggestion));
  const sections = readSections(items, report);
  if (items.length === 0) report(1, "nothing is asked for; write for example 'disk0: (a rest ext4 /)'");
  const kinds = stackKinds(items);
  const ofKind = (kind: 'array' | 'group' | undefined) =>
    sections.filter(({ header }) => kinds.get(header.name.text) === kind);
  const spec: PartitionSpec = {
    text,
    disks: ofKind(undefined).map((section) => diskOf(section, report)),
    arrays: ofKind('array').flatMap((section) => arrayOf(section, report)),
    groups: ofKind('group').map((section) => groupOf(section, report)),
  };
  checkWhole(spec, report);
  if (faults.length > 0) throw new FaultsError('PARTITION', faults.toSorted(byColumn));
  return spec;
}

function byColumn(left: Fault, right: Fault): number {
  return (left.column ?? 0) - (right.column ?? 0);
}

function readSections(items: readonly SpecItem[], report: Report): Section[] {
  const sections: Section[] = [];
  for (const item of items) {
    if (item.kind === 'header') {
      checkName(item, report);
      sections.push({ header: item, groups: [] });
    } else if (sections.length === 0) {
      report(item.column, "no disk is named before this partition; begin with 'disk0:'");
      parsePartition(item, report);
    } else sections.at(-1)?.groups.push(item);
  }
  return sections;
}

function checkName({ name }: Header, report: Report): void {
  if (isName(name.text)) return;
  report(name.column, `'${name.text}' is not a disk name: up to 30 letters, digits and _, first a letter`);
}

/** What is not a disk: names that some `raid1` or `lvm` makes an array or a group. */
function stackKinds(items: readonly SpecItem[]): ReadonlyMap<string, 'array' | 'group'> {
  const kinds = new Map<string, 'array' | 'group'>();
  for (const item of items) {
    if (item.kind !== 'group') continue;
    // Behind letter and size, or first in an array's parentheses.
    for (const index of [2, 0]) {
      const kind = stackKindOf(item.words[index]?.text ?? '');
      const name = item.words[index + 1]?.text;
      if (kind !== undefined && name !== undefined && !kinds.has(name)) kinds.set(name, kind);
    }
  }
  return kinds;
}

const TABLES: ReadonlySet<string> = new Set(['gpt', 'dos']);

function diskOf({ header, groups }: Section, report: Report): DiskSpec {
  const [table, ...more] = header.words;
  if (table !== undefined && asksForEncryption(table.text)) report(table.column, noEncryption(table.text));
  else if (table !== undefined && !TABLES.has(table.text)) {
    report(table.column, `expected a partition in parentheses, or gpt or dos, found '${table.text}'`);
  }
  for (const word of more) report(word.column, `expected a partition in parentheses, found '${word.text}'`);
  return {
    name: header.name.text,
    column: header.name.column,
    ...(table === undefined ? {} : { table: table.text }),
    partitions: groups.flatMap((group) => parsePartition(group, report) ?? []),
  };
}

function arrayOf({ header, groups }: Section, report: Report): ArraySpec[] {
  rejectWords(header, report);
  const [group, ...more] = groups;
  const arrayWith = (words: Group): ArraySpec => {
    return { name: header.name.text, column: header.name.column, content: parseContent(words, report) };
  };
  for (const extra of more) report(extra.column, `array ${header.name.text} holds one thing; this is a second`);
  if (group === undefined) {
    report(header.name.column, `array ${header.name.text} holds nothing; write '${header.name.text}: (ext4 /)'`);
    return [];
  }
  const [letter, size] = group.words;
  if (/^[a-z]$/.test(letter?.text ?? '') && size !== undefined && typeof parseSize(size.text) !== 'string') {
    report(group.column, `array ${header.name.text} has neither letter nor size; write (ext4 /)`);
    return [arrayWith({ ...group, words: group.words.slice(2) })];
  }
  return [arrayWith(group)];
}

function groupOf({ header, groups }: Section, report: Report): GroupSpec {
  rejectWords(header, report);
  const volumes = groups.flatMap((group) => parseVolume(group, report) ?? []);
  return { name: header.name.text, column: header.name.column, volumes };
}

function rejectWords({ words }: Header, report: Report): void {
  for (const word of words) report(word.column, `expected parentheses, found '${word.text}'`);
}
