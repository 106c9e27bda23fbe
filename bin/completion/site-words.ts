// The words of a site that can be completed. In: a kind and the beginning of a word. Out: words, each once.
// Never: complains; a site that cannot be read has no words, and one with faults has those that can be read.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseMac } from '../../lib/mac.ts';
import { readRegularFile } from '../../lib/read-regular-file.ts';
import { runAtOnce } from '../../lib/slices.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { canonicalIp } from '../../machdb/find-machine.ts';
import { outlineInSteps } from '../../machdb/parse.ts';
import type { MachdbFile } from '../../machdb/parse.ts';
import { isIpVariable, isMacVariable, machineNames } from '../../machdb/query.ts';
import { assignmentsOf } from '../../machdb/resolve.ts';
import { splitWords } from '../../machdb/values.ts';
import type { Assignment, Machdb } from '../../machdb/types.ts';
import type { SiteKind } from './value-kinds.ts';

type DatabaseKind = Exclude<SiteKind, 'recipe' | 'package'>;

/** The words of `kind` in a site directory that begin with `prefix`. */
export async function siteWords(site: string, kind: SiteKind, prefix: string): Promise<string[]> {
  const words = await allWords(site, kind);
  return [...new Set(words)].filter((word) => word.startsWith(prefix));
}

async function allWords(site: string, kind: SiteKind): Promise<Iterable<string>> {
  if (kind === 'recipe') return await recipes(site);
  if (kind === 'package')
    return (await readdir(join(site, 'packages')).catch(whenMissing<string[]>([]))).filter(
      (name) => !name.startsWith('.'),
    );
  return wordsOf[kind](await outline(site));
}

const wordsOf: Readonly<Record<DatabaseKind, (db: Machdb) => Iterable<string>>> = {
  object: (db) => db.objects.keys(),
  machine: machineNames,
  mac: (db) => addresses(db, isMacVariable, parseMac),
  address: (db) => addresses(db, isIpVariable, canonicalIp),
  variable: (db) => ownLines(db).map(({ variable }) => variable),
  assignment: (db) => ownLines(db).map(({ variable }) => `${variable}=`),
};

function ownLines(db: Machdb): IteratorObject<Assignment> {
  return db.objects.values().flatMap((object) => assignmentsOf(db, object));
}

function addresses(
  db: Machdb,
  isVariable: (variable: string) => boolean,
  canonical: (word: string) => string | undefined,
): Iterable<string> {
  return ownLines(db)
    .filter(({ variable, operator }) => operator !== '-=' && isVariable(variable))
    .flatMap(({ value }) => splitWords(value).map(canonical))
    .filter((word) => word !== undefined);
}

async function outline(site: string): Promise<Machdb> {
  const files: MachdbFile[] = [];
  for (const path of await listFiles(join(site, 'machdb'), '.db')) {
    const bytes = await readRegularFile(path).catch(() => Buffer.of());
    files.push({ path, text: bytes.toString('utf8') });
  }
  return runAtOnce(outlineInSteps(files)).db;
}

async function recipes(site: string): Promise<string[]> {
  const dir = join(site, 'images');
  return (await listFiles(dir, '.yaml')).map((path) => path.slice(dir.length + 1, -'.yaml'.length));
}

async function listFiles(dir: string, suffix: string): Promise<string[]> {
  const names = await readdir(dir).catch(whenMissing<string[]>([]));
  return names.filter((name) => name.endsWith(suffix) && !name.startsWith('.')).map((name) => join(dir, name));
}
