// What three real systems of Debian 12 had installed: a server, a desktop and a workstation. In: a file of this folder. Out: their
// lists. The file has a line for each package: name, architecture, version, and the systems that have it, by their first letters;
// `+` marks what came from the security archive. `apt-get -s` said so in November 2026, of each system beginning with nothing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Item } from '../../contract/fleet/inventory.ts';

export type RecordedSystem = {
  readonly installed: readonly Item[];
  /** Those of them for which the security archive had something. */
  readonly security: readonly Item[];
};

const letters = ['s', 'd', 'w'] as const;
const FILE = join(import.meta.dirname, 'recorded', 'debian-12.txt');

/** The server has some 300 packages, the desktop 1,800, the workstation 2,400. */
export const readRecordedSystems = (): RecordedSystem[] => parseRecordedSystems(readFileSync(FILE, 'utf8'));

/** @throws Error with the number of a line that does not fit */
export function parseRecordedSystems(text: string): RecordedSystem[] {
  const rows = text.trimEnd().split('\n').map(parseLine);
  return letters.map((letter) => {
    const own = rows.filter(({ systems }) => systems.includes(letter));
    return { installed: own.map(({ item }) => item), security: own.filter(isSecurity).map(({ item }) => item) };
  });
}

type Row = { readonly item: Item; readonly systems: string };

const isSecurity = ({ systems }: Row): boolean => systems.endsWith('+');

function parseLine(line: string, index: number): Row {
  const [name, arch, version, systems, ...more] = line.split(' ');
  if (name === undefined || arch === undefined || version === undefined || systems === undefined || more.length > 0) {
    throw new Error(`line ${index + 1} of the recorded packages is not NAME ARCH VERSION SYSTEMS: ${line}`);
  }
  return { item: [name, arch, version, 'auto', ''], systems };
}
