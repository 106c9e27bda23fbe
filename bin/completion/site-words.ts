// The words of a site that can be completed. In: a kind and the beginning of a word. Out: words, each once.
// Never: complains; a site that cannot be read has no words.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseIpv4 } from '../../lib/ipv4.ts';
import { parseMac } from '../../lib/mac.ts';
import { isMacVariable } from '../../machdb/query.ts';
import { splitWords } from '../../machdb/resolve.ts';
import { scanMachdb } from '../../machdb/scan.ts';
import type { Scanned } from '../../machdb/scan.ts';
import type { SiteKind } from './value-kinds.ts';

/** The words of `kind` in a site directory that begin with `prefix`. */
export async function siteWords(site: string, kind: SiteKind, prefix: string): Promise<string[]> {
  const words = kind === 'recipe' ? await recipes(site) : await databaseWords(site, wordsOf[kind]);
  return words.filter((word) => word.startsWith(prefix));
}

type DatabaseKind = Exclude<SiteKind, 'recipe'>;

/** What a line of the database adds to the words of a kind. */
const wordsOf: Readonly<Record<DatabaseKind, (line: Scanned) => readonly string[]>> = {
  object: (line) => (line.what === 'object' ? [line.object] : []),
  machine: (line) => (sets(line) && /^(MAC|IP)$/.test(line.variable) ? [line.object] : []),
  mac: (line) => (sets(line) && isMacVariable(line.variable) ? macs(line.value) : []),
  address: (line) => (sets(line) && /^(NIC_\w+_)?IP$/.test(line.variable) ? addresses(line.value) : []),
  variable: (line) => (line.what === 'assignment' ? [line.variable] : []),
  assignment: (line) => (line.what === 'assignment' ? [`${line.variable}=`] : []),
};

function sets(line: Scanned): line is Extract<Scanned, { what: 'assignment' }> {
  return line.what === 'assignment' && line.operator !== '-=' && line.value.trim() !== '';
}

function macs(value: string): string[] {
  return splitWords(value)
    .map(parseMac)
    .filter((mac) => mac !== undefined);
}

function addresses(value: string): string[] {
  return splitWords(value).filter((word) => parseIpv4(word) !== undefined);
}

async function databaseWords(site: string, pick: (line: Scanned) => readonly string[]): Promise<string[]> {
  const words = new Set<string>();
  for (const path of await listFiles(join(site, 'machdb'), '.db')) {
    const text = await readFile(path, 'utf8').catch(() => '');
    for (const line of scanMachdb(text)) for (const word of pick(line)) words.add(word);
  }
  return [...words];
}

async function recipes(site: string): Promise<string[]> {
  const dir = join(site, 'images');
  return (await listFiles(dir, '.yaml')).map((path) => path.slice(dir.length + 1, -'.yaml'.length));
}

async function listFiles(dir: string, suffix: string): Promise<string[]> {
  const names = await readdir(dir).catch(() => []);
  return names.filter((name) => name.endsWith(suffix) && !name.startsWith('.')).map((name) => join(dir, name));
}
