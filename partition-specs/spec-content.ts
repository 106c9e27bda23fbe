// One pair of parentheses of a PARTITION text. In: its words. Out: what it asks for; faults go to `report`.
import { parseSize, rangeCylindersOf } from './spec-size.ts';
import { asksForEncryption, noEncryption } from './encryption-words.ts';
import type { Token } from './spec-tokens.ts';
import { stackKindOf, STACK_WORDS } from './spec-types.ts';
import type { ContentRequest, PartitionRequest, SizeRequest, VolumeRequest } from './spec-types.ts';

export type Report = (column: number, message: string, suggestion?: string) => void;
export type Group = { readonly column: number; readonly words: readonly Token[] };

/** Names of disks, arrays, volume groups and volumes: they become parts of device names and labels. */
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,29}$/;

/** Whether the text may name a disk, an array, a group or a volume. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

/** `(a 20G ext4 / noatime)` */
export function parsePartition(group: Group, report: Report): PartitionRequest | undefined {
  const [letter, size, ...rest] = group.words;
  if (letter === undefined || size === undefined || rest.length === 0) {
    report(group.column, 'a partition needs a letter, a size and a file system, as in (a 20G ext4 /)');
    return undefined;
  }
  if (!/^[a-z]$/.test(letter.text)) {
    report(letter.column, `'${letter.text}' is not a letter from a to z`, hintAtLetter(letter.text));
  }
  const hasLooseUnit = checkLooseUnit(size, rest[0], report);
  const sized = readSize(size, report);
  return {
    letter: letter.text,
    size: sized,
    ...rangeCylindersOf(size.text),
    ...parseContent({ ...group, words: hasLooseUnit ? rest.slice(1) : rest }, report),
  };
}

function hintAtLetter(text: string): string | undefined {
  if (/^[A-Z]$/.test(text)) return `did you mean ${text.toLowerCase()}?`;
  return isName(text) ? 'names are for volumes, of a group that some partition is lvm of' : undefined;
}

/** `(root 20G ext4 /)` of a volume group. */
export function parseVolume(group: Group, report: Report): VolumeRequest | undefined {
  const [name, size, ...rest] = group.words;
  if (name === undefined || size === undefined || rest.length === 0) {
    report(group.column, 'a volume needs a name, a size and a file system, as in (root 20G ext4 /)');
    return undefined;
  }
  if (!isName(name.text) || STACK_WORDS.has(name.text)) {
    report(name.column, `'${name.text}' is not a name for a volume: up to 30 letters, digits and _, first a letter`);
  }
  const sized = readSize(size, report);
  return {
    name: name.text,
    size: sized,
    ...rangeCylindersOf(size.text),
    ...parseContent({ ...group, words: rest }, report),
  };
}

function readSize(size: Token, report: Report): SizeRequest {
  const request = parseSize(size.text);
  if (typeof request !== 'string') return request;
  const hint = suggestSize(size.text);
  // What has the right form is too large.
  report(size.column, request, hint?.includes(` ${size.text}?`) === true ? undefined : hint);
  // After a fault any size will do, but one that causes no second fault.
  return { kind: 'exact', sizeBytes: 1 };
}

function suggestSize(text: string): string | undefined {
  if (/^rest$/i.test(text)) return 'did you mean rest?';
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)([kmgt])i?b?$/i.exec(text) ?? [];
  if (amount === '') return undefined;
  const units = 'KMGT';
  const capital = unit.toUpperCase();
  if (!amount.includes('.')) return `did you mean ${amount}${capital}?`;
  return capital === 'K'
    ? undefined
    : `did you mean ${Math.round(Number(amount) * 1024)}${units[units.indexOf(capital) - 1]}?`;
}

function checkLooseUnit(size: Token, next: Token | undefined, report: Report): boolean {
  if (next === undefined || !/^\d+$/.test(size.text) || !/^[KMGT](i?B)?$/i.test(next.text)) return false;
  report(
    next.column,
    `'${next.text}' stands alone`,
    `did you mean ${size.text}${next.text.slice(0, 1).toUpperCase()}?`,
  );
  return true;
}

/** `ext4 / noatime,label=sys` or `raid1 sys`: what follows letter and size, and all that an array has. */
export function parseContent(group: Group, report: Report): ContentRequest {
  const [filesystem, ...rest] = group.words;
  if (filesystem === undefined) {
    report(group.column, 'an array needs a file system, as in (ext4 /)');
    return { filesystem: '', options: [], data: false, column: group.column };
  }
  if (asksForEncryption(filesystem.text)) {
    report(filesystem.column, noEncryption(filesystem.text));
    const name = rest[0]?.text ?? '';
    return {
      filesystem: filesystem.text,
      ...(isName(name) ? { partOf: name } : {}),
      options: [],
      data: false,
      column: group.column,
    };
  }
  if (!/^[a-z][a-z0-9_+-]*$/.test(filesystem.text)) {
    const hint = /^[A-Za-z][A-Za-z0-9]*$/.test(filesystem.text)
      ? `did you mean ${filesystem.text.toLowerCase()}?`
      : undefined;
    report(filesystem.column, `'${filesystem.text}' is not the name of a file system`, hint);
  }
  if (/^raid\d+$/.test(filesystem.text) && !STACK_WORDS.has(filesystem.text)) {
    report(filesystem.column, `'${filesystem.text}' cannot be made; arrays are mirrors`, 'did you mean raid1?');
  }
  if (stackKindOf(filesystem.text) !== undefined) return parsePart(filesystem, rest, group.column, report);
  const mount = rest[0]?.text.startsWith('/') === true ? rest[0] : undefined;
  if (mount !== undefined) checkMountPoint(mount, report);
  const words = parseOptions(mount === undefined ? rest : rest.slice(1), report);
  if (words.includes('label=')) report(group.column, 'label= names no label; leave it out, or write label=NAME');
  const label = words.findLast((word) => word.startsWith('label='))?.slice('label='.length);
  return {
    filesystem: filesystem.text,
    ...(mount === undefined ? {} : { mountPoint: mount.text }),
    options: words.filter((word) => word !== 'data' && !word.startsWith('label=')),
    ...(label === undefined ? {} : { label }),
    data: words.includes('data'),
    column: group.column,
  };
}

function parsePart(word: Token, rest: readonly Token[], column: number, report: Report): ContentRequest {
  const [name, ...more] = rest;
  if (name === undefined || !isName(name.text)) {
    report(word.column, `'${word.text}' needs the name of what it becomes a part of, as in (b rest ${word.text} sys)`);
  }
  for (const extra of more) {
    const hint =
      extra.text === 'data' ? 'data belongs to the file system on top' : 'options belong to what lies on top';
    report(extra.column, `'${extra.text}' after ${word.text} ${name?.text}: ${hint}`);
  }
  return { filesystem: word.text, partOf: name?.text ?? '', options: [], data: false, column };
}

function checkMountPoint(mount: Token, report: Report): void {
  const clean = mount.text === '/' || /^(\/[A-Za-z0-9._+@-]+)+$/.test(mount.text);
  if (clean && !/\/\.{1,2}(\/|$)/.test(mount.text)) return;
  const bare = mount.text.replace(/\/+$/, '');
  const hint = bare === mount.text ? undefined : `leave out the last /: ${bare}`;
  report(mount.column, `'${mount.text}' is not a plain absolute path of letters, digits and . _ + @ -`, hint);
}

/** As Windows has them: `label="System Reserved"`. */
const QUOTED_LABEL = /^label="([!-~](?:[ -~]*[!-~])?)"$/;

function parseOptions(words: readonly Token[], report: Report): string[] {
  return words.flatMap((word) => {
    // `noatime, nodev`: the blank is enough.
    const options = word.text.split(',').filter((option) => option !== '');
    for (const option of options) {
      if (QUOTED_LABEL.test(option)) continue;
      if (asksForEncryption(option)) report(word.column, noEncryption(option));
      else if (!/^[A-Za-z0-9_][A-Za-z0-9_.:=/+@%-]*$/.test(option))
        report(word.column, `'${option}' is not a mount option`);
    }
    return options.map((option) => option.replace(QUOTED_LABEL, 'label=$1'));
  });
}
