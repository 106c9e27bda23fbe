// The words of DISK_<name>: `serial:WD-1234`, `size:100G- rotational:no`. All words must hold.
import { formatBytes, parseBytes } from '../lib/bytes.ts';
import { plainWwn } from '../lib/wwn.ts';
import { geometrySchema, LABEL_FIELD_MAX } from './disk-facts.ts';
import type { DiskFacts } from './disk-facts.ts';

/** One word of a selector: undefined when the disk fits, else what was found instead. */
export type Criterion = (disk: DiskFacts) => string | undefined;

const kinds: Readonly<Record<string, (value: string) => Criterion | undefined>> = {
  serial: (value) => (disk) =>
    disk.serial !== undefined && plainSerial(disk.serial) === plainSerial(value)
      ? undefined
      : `serial is ${disk.serial ?? 'unknown'}`,
  wwn: (value) => (disk) =>
    disk.wwn !== undefined && plainWwn(disk.wwn) === plainWwn(value) ? undefined : `wwn is ${disk.wwn ?? 'unknown'}`,
  path: (value) => (disk) =>
    value === disk.path || baseName(value) === disk.byPath ? undefined : `path is ${disk.byPath ?? disk.path}`,
  size: sizeCriterion,
  rotational: (value) => {
    if (value !== 'yes' && value !== 'no') return undefined;
    return (disk) =>
      disk.rotational === (value === 'yes') ? undefined : `rotational is ${disk.rotational ? 'yes' : 'no'}`;
  },
};

const GEOMETRY = 'geometry:';

/** Heads and sectors for each track that a sound selector gives: `geometry:14x72`. It selects nothing. */
export function geometryOf(selector: string): NonNullable<DiskFacts['geometry']> | undefined {
  const word = selectorWords(selector).find((each) => each.startsWith(GEOMETRY));
  return word === undefined ? undefined : parseGeometry(word);
}

function parseGeometry(word: string): NonNullable<DiskFacts['geometry']> | undefined {
  const [, heads, sectors] = /^(\d+)x(\d+)$/.exec(word.slice(GEOMETRY.length)) ?? [];
  const parsed = geometrySchema.safeParse({ heads: Number(heads), sectorsPerTrack: Number(sectors) });
  return parsed.success ? parsed.data : undefined;
}

/** The criteria of a selector, or one sentence that says which word is wrong. */
export function parseDiskSelector(text: string): readonly Criterion[] | string {
  const criteria: Criterion[] = [];
  if (QUOTES_LEFT.test(text.replaceAll(QUOTED, ''))) return 'a quotation mark has no other one';
  for (const word of selectorWords(text)) {
    if (word.startsWith(GEOMETRY)) {
      if (parseGeometry(word) !== undefined) continue;
      return `'${word}' is not geometry:HEADSxSECTORS, both from 1 to ${LABEL_FIELD_MAX}, which is what labels have room for`;
    }
    const colon = word.indexOf(':');
    const value = word.slice(colon + 1);
    const name = word.slice(0, Math.max(colon, 0));
    const criterion = value === '' || !Object.hasOwn(kinds, name) ? undefined : kinds[name]?.(value);
    if (criterion === undefined) {
      const blank = colon < 0 ? '; a serial number with blanks needs quotation marks: serial:"A 1"' : '';
      if (/^\/dev\/[^/]+$/.test(word))
        return `'${word}' does not say what it is; write path:${word}, or better serial:…`;
      return `'${word}' is none of serial:…, wwn:…, path:…, size:MIN-MAX (size:100G-, size:-2T), rotational:yes|no, geometry:HEADSxSECTORS${blank}`;
    }
    criteria.push(criterion);
  }
  return criteria.length === 0 ? 'it is empty' : criteria;
}

const QUOTED = /"[^"]*"|'[^']*'/g;
const QUOTES_LEFT = /["']/;

/** Words between blanks; in `serial:"A 1"` the blanks between quotation marks belong to the word. */
function selectorWords(text: string): string[] {
  const words = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replaceAll(QUOTED, (quoted) => quoted.slice(1, -1)));
}

/** The serial number that a selector asks for, without quotation marks. */
export function serialOfSelector(text: string): string | undefined {
  return selectorWords(text)
    .find((word) => /^serial:./.test(word))
    ?.slice('serial:'.length);
}

/** A selector of the disk with that serial number: `serial:S3Z9`, `serial:"A 1"`. */
export function selectSerial(serial: string): string {
  return `serial:${/\s/.test(serial) ? `"${serial}"` : serial}`;
}

/** udev, and lsblk where there is udev, have `A_1` for the disk that calls itself `A 1`. */
function plainSerial(serial: string): string {
  return serial.trim().replaceAll(/\s+/g, '_');
}

function sizeCriterion(value: string): Criterion | undefined {
  const match = /^(\d+[KMGT]?)?-(\d+[KMGT]?)?$/.exec(value);
  if (match === null || value === '-') return undefined;
  const min = match[1] === undefined ? 0 : parseBytes(match[1]);
  const max = match[2] === undefined ? Number.MAX_SAFE_INTEGER : parseBytes(match[2]);
  if (min === undefined || max === undefined || min > max) return undefined;
  return (disk) =>
    disk.sizeBytes >= min && disk.sizeBytes <= max ? undefined : `size is ${formatBytes(disk.sizeBytes)}`;
}

function baseName(path: string): string {
  return path.replace(/^\/dev\/disk\/by-path\//, '');
}
