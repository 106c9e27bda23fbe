// Mount options and the values that they take. In: a table as text. Out: what is wrong with an option. Pure.
//
// A table lists words: `noatime` stands alone, `commit=NUMBER` needs a value, `discard[=sync|async]` may have one.
// A value is one of several, split by `|`: a range such as `2..8`, a type in capitals, or the word itself.

/** By the option's name. */
export type OptionTable = ReadonlyMap<string, OptionRule>;

type OptionRule = {
  /** Whether it may stand without a value. */
  readonly bare: boolean;
  /** Undefined: it takes none. */
  readonly value?: Value;
};

type Value = {
  /** As people read it: `a number`, `journal, ordered or writeback`. */
  readonly expected: string;
  readonly takes: (text: string) => boolean;
};

const LARGEST = 2 ** 31 - 1;
const isNumber = (text: string) => /^\d+$/.test(text) && Number(text) <= LARGEST;
const bytesOf = (text: string): number => {
  const [, digits = '', unit = ''] = /^(\d+)([kmgt]?)$/i.exec(text) ?? [];
  return digits === '' ? Number.NaN : Number(digits) * 1024 ** ' kmgt'.indexOf(unit.toLowerCase() || ' ');
};
const isPowerOfTwo = (number: number) => Number.isSafeInteger(number) && Number.isInteger(Math.log2(number));

/** What Debian's kernel has, with the aliases of its modules; `utf-8` is none. @see fs/nls/Kconfig */
const CHARSETS =
  /^(?:default|ascii|utf8|cp(?:437|737|775|85[0257]|86[0-69]|874|932|936|949|950|125[015])|iso8859-(?:[1-9]|1[345])|koi8-(?:r|u|ru)|euc-(?:jp|kr)|gb2312|big5|sjis|tis-620|mac(?:celtic|centeuro|croatian|cyrillic|gaelic|greek|iceland|inuit|roman|romanian|turkish))$/;

const TYPES: Readonly<Record<string, Value>> = {
  NUMBER: { expected: 'a number', takes: isNumber },
  OCTAL: { expected: 'an octal mode such as 1777', takes: (text) => /^0?[0-7]{1,4}$/.test(text) },
  SIZE: { expected: 'a size such as 512M', takes: (text) => Number.isSafeInteger(bytesOf(text)) },
  PERCENT: { expected: 'a percentage such as 50%', takes: (text) => /^[1-9]\d{0,2}%$/.test(text) },
  COUNT: { expected: 'a count such as 10k', takes: (text) => bytesOf(text) <= 2 ** 40 },
  POWER: {
    expected: '0 or a power of two',
    takes: (text) => isNumber(text) && (text === '0' || isPowerOfTwo(Number(text))),
  },
  ALLOCATION: {
    expected: 'a power of two from 4k to 1g',
    takes: (text) => isPowerOfTwo(bytesOf(text)) && bytesOf(text) >= 4096 && bytesOf(text) <= 1024 ** 3,
  },
  LOG: {
    expected: 'a power of two from 16k to 256k',
    takes: (text) => isPowerOfTwo(bytesOf(text)) && bytesOf(text) >= 16 * 1024 && bytesOf(text) <= 256 * 1024,
  },
  COMPRESSION: {
    expected: 'no, none, lzo, zlib or zstd, these two with a level if need be (zlib:1 to 9, zstd:1 to 15)',
    takes: (text) => /^(?:no|none|lzo|zlib(?::[1-9])?|zstd(?::(?:[1-9]|1[0-5]))?)$/.test(text),
  },
  INLINE: { expected: 'a size from 0 to 4096', takes: (text) => bytesOf(text) <= 4096 },
  BOOLEAN: { expected: '0, 1, no, yes, false or true', takes: (text) => /^(?:0|1|no|yes|false|true)$/.test(text) },
  CHARSET: {
    expected: 'a table of letters of the kernel, such as utf8, ascii, iso8859-15 or cp850',
    takes: (text) => CHARSETS.test(text),
  },
  FILE: { expected: "the name of a file in the file system's root", takes: (text) => /^[^/]+$/.test(text) },
  SUBVOLUME: {
    expected: 'a path of letters, digits and . _ + @ -',
    takes: (text) =>
      text === '/' ||
      (/^\/?[A-Za-z0-9._+@-]+(?:\/[A-Za-z0-9._+@-]+)*$/.test(text) && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(text)),
  },
  WORD: { expected: 'a word', takes: (text) => text !== '' },
};

/** Reads a table as it is written in this folder; a word that is not of its form is a defect. */
export function optionTable(text: string): OptionTable {
  return new Map(
    text.split(/\s+/).map((word): [string, OptionRule] => {
      const [, name = '', bracket, alternatives] = /^([A-Za-z0-9_-]+)(\[?)(?:=([^\]]+)\]?)?$/.exec(word) ?? [];
      if (name === '') throw new Error(`'${word}' is not a word of a table of mount options`);
      if (alternatives === undefined) return [name, { bare: true }];
      return [name, { bare: bracket === '[', value: readValue(alternatives) }];
    }),
  );
}

/** Of a system that nothing is installed on from here: names alone, whatever their values. */
export function optionNames(names: string): OptionTable {
  const any = { bare: true, value: { expected: '', takes: () => true } };
  return new Map(
    names
      .split(/\s+/)
      .filter(Boolean)
      .map((name) => [name, any]),
  );
}

function readValue(alternatives: string): Value {
  const values = alternatives.split('|').map(readAlternative);
  const words = values.map(({ expected }) => expected);
  const last = words.pop() ?? '';
  return {
    expected: words.length === 0 ? last : `${words.join(', ')} or ${last}`,
    takes: (text) => values.some(({ takes }) => takes(text)),
  };
}

function readAlternative(alternative: string): Value {
  const [, min, max] = /^(-?\d+)\.\.(\d+)$/.exec(alternative) ?? [];
  if (min === undefined || max === undefined) {
    return TYPES[alternative] ?? { expected: alternative, takes: (text) => text === alternative };
  }
  const isInRange = (text: string) =>
    /^-?\d+$/.test(text) && Number(text) >= Number(min) && Number(text) <= Number(max);
  return { expected: `a number from ${min} to ${max}`, takes: isInRange };
}

/** `commit` of `commit=5`. */
export function optionName(option: string): string {
  return option.split('=', 1)[0] ?? '';
}

/** `x-systemd.automount`, `X-mount.mkdir`: mount(8) keeps them from the kernel. */
export function isForUserSpace(option: string): boolean {
  return /^x-/i.test(option);
}

/** `5` of `commit=5`; undefined where there is none. */
function optionValue(option: string): string | undefined {
  const at = option.indexOf('=');
  return at < 0 ? undefined : option.slice(at + 1);
}

/** What is wrong with the option's value; undefined where nothing is, or the table does not have the option. */
export function optionValueProblem(option: string, table: OptionTable): string | undefined {
  const rule = table.get(optionName(option));
  const value = optionValue(option);
  if (rule === undefined) return undefined;
  if (value === undefined) return rule.bare ? undefined : `'${option}' needs a value: ${rule.value?.expected}`;
  if (rule.value === undefined) return `'${option}': ${optionName(option)} takes no value`;
  return rule.value.takes(value) ? undefined : `'${option}': ${optionName(option)} takes ${rule.value.expected}`;
}
