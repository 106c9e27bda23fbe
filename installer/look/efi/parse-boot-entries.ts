// The firmware's boot entries, as efibootmgr prints them. In: text. Out: entries and their order. Pure.
import type { BootEntries, BootEntry } from '../../../partition-specs/efi-facts.ts';

const ENTRY = /^Boot([0-9A-F]{4})([* ]) ?(.*)$/i;
const NUMBERS = /^(BootCurrent|BootNext|BootOrder): ([0-9A-F]{4}(?:,[0-9A-F]{4})*)\s*$/i;

/** `HD(1,GPT,77ed79e1-…,0x800,0x100000)`; before version 13 `HD(1,800,fa000,77ed79e1-…)`. */
const PARTITION = /\bHD\(\d+,(?:[^)]*,)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})[,)]/i;
/** `File(\EFI\…)`, since version 18 `/\EFI\…`; what follows the path is the entry's own data, without a separator. */
const LOADER = /(?:File\(|\)\/)(\\[^)]*?\.efi)/i;

/**
 * Reads what `efibootmgr -v` of the versions 11 to 18 prints; a line that is of no entry is passed over.
 * @see efibootmgr(8), UEFI 2.10 §3.1
 */
export function parseBootEntries(text: string): BootEntries {
  const lines = text.split('\n');
  const numbers = new Map(
    lines.flatMap((line): [string, string[]][] => {
      const [, name, list] = NUMBERS.exec(line) ?? [];
      return name === undefined || list === undefined ? [] : [[name, list.toUpperCase().split(',')]];
    }),
  );
  const [current] = numbers.get('BootCurrent') ?? [];
  const [next] = numbers.get('BootNext') ?? [];
  return {
    ...(current === undefined ? {} : { current }),
    ...(next === undefined ? {} : { next }),
    order: numbers.get('BootOrder') ?? [],
    entries: lines.flatMap(parseEntry),
  };
}

function parseEntry(line: string): BootEntry[] {
  const [, number, mark, rest = ''] = ENTRY.exec(line) ?? [];
  if (number === undefined) return [];
  // Only the label may hold blanks of its own; version 17 and its like put a tab behind it.
  const [label, target] = splitOnce(rest, '\t');
  const partUuid = PARTITION.exec(target)?.[1]?.toLowerCase();
  const loaderPath = LOADER.exec(target)?.[1];
  return [
    {
      number: number.toUpperCase(),
      active: mark === '*',
      label: label.trimEnd(),
      target,
      ...(partUuid === undefined ? {} : { partUuid }),
      ...(loaderPath === undefined ? {} : { loaderPath }),
    },
  ];
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
