// Variables that a site declares: `DECLARE_ROOM=one of A B: The room that the machine stands in.` In: such a value.
// Out: its type, as a check of values, and its sentence. Never: looks at objects.
import { isAbsolute } from 'node:path/posix';
import { parseIpv4 } from '../lib/ipv4.ts';
import { parseIpv6 } from '../lib/ipv6.ts';
import { parseMac } from '../lib/mac.ts';
import { splitWords } from './values.ts';

/** One declared variable; `accepts` is never asked about the empty value, which every type has. */
export type Declaration = {
  /** As it was written, in single blanks. */
  readonly type: string;
  readonly sentence: string;
  readonly accepts: (value: string) => boolean;
};

type Accepts = Declaration['accepts'];

const simple: Readonly<Record<string, Accepts>> = {
  text: () => true,
  word: (value) => !/[ \t]/.test(value),
  number: (value) => /^-?\d+$/.test(value),
  address: (value) => parseIpv4(value) !== undefined || parseIpv6(value) !== undefined,
  network: isNetwork,
  mac: (value) => parseMac(value) !== undefined,
  path: (value) => isAbsolute(value),
  'yes/no': (value) => value === 'yes' || value === 'no',
};

/** The forms of a type, for help and messages. */
const TYPE_FORMS = [...Object.keys(simple), 'number MIN-MAX', 'one of WORDS', 'list of TYPE'];

/** A declaration, or one sentence that says what is wrong with it. */
export function parseDeclaration(value: string): Declaration | string {
  const [, written = '', sentence = ''] = /^(.*?):[ \t]+(.+)$/.exec(value) ?? [];
  if (sentence === '') return "is not 'TYPE: SENTENCE', such as 'word: The room that the machine stands in.'";
  const type = splitWords(written).join(' ');
  const accepts = parseType(type);
  if (accepts === undefined) return `'${type.slice(0, 80)}' is none of the types ${TYPE_FORMS.join(', ')}`;
  return { type, sentence, accepts };
}

function parseType(type: string): Accepts | undefined {
  if (Object.hasOwn(simple, type)) return simple[type];
  if (type.startsWith('list of ')) return parseList(type.slice('list of '.length));
  if (type.startsWith('one of ')) {
    const words = new Set(splitWords(type.slice('one of '.length)));
    return (value) => words.has(value);
  }
  const [, min, max] = /^number (-?\d+)-(-?\d+)$/.exec(type) ?? [];
  if (min === undefined || Number(min) > Number(max)) return undefined;
  return (value) => /^-?\d+$/.test(value) && Number(value) >= Number(min) && Number(value) <= Number(max);
}

function parseList(type: string): Accepts | undefined {
  const accepts = type.startsWith('list of ') ? undefined : parseType(type);
  return accepts && ((value) => splitWords(value).every(accepts));
}

/** `10.77.0.0/16`, `2001:db8::/32`: no bit behind the prefix is set. */
function isNetwork(value: string): boolean {
  const [, address = '', bits = ''] = /^([0-9A-Fa-f.:]+)\/(\d{1,3})$/.exec(value) ?? [];
  const [ip, ip6] = [parseIpv4(address), parseIpv6(address)];
  const width = ip === undefined ? 128 : 32;
  const number = ip === undefined ? ip6 : BigInt(ip);
  return number !== undefined && Number(bits) <= width && number % 2n ** BigInt(width - Number(bits)) === 0n;
}
