// SSH host keys that machines have reported. In: rows of the server's database. Out: names and keys. Only reads.
import { z } from 'zod';
import type { HostKeysAnswer } from '../contract/control.ts';
import { isHostKey } from '../lib/host-key.ts';
import type { MachineTable } from './state/find-machines.ts';

type MachineKeys = HostKeysAnswer['machines'][number];

const PAGE_ROWS = 500;
// A report is up to a mebibyte, of which the keys are a line.
const PAGE = `SELECT rowid, name,
  CASE WHEN json_valid(last_report) THEN json_extract(last_report, '$.report.hostKeys') END AS keys
  FROM machines WHERE rowid > ? ORDER BY rowid LIMIT ?`;

/**
 * The keys of every machine's last report, in the order in which machines were first seen; a page at a time, so that
 * others are answered in between. @throws StateError
 */
export function* listHostKeys({ database }: MachineTable): Generator<MachineKeys> {
  for (let last: number | undefined = 0; last !== undefined;) {
    const rows: ReturnType<typeof database.all> = database.all(PAGE, last, PAGE_ROWS);
    for (const { name, keys } of rows) yield { name: String(name), keys: soundKeys(keys) };
    last = rows.length < PAGE_ROWS ? undefined : Number(rows.at(-1)?.['rowid']);
  }
}

/** json_extract gives a list as JSON, and a text as it is. */
function soundKeys(keys: unknown): string[] {
  if (typeof keys !== 'string' || !keys.startsWith('[')) return [];
  return (z.array(z.string()).safeParse(JSON.parse(keys)).data ?? []).filter(isHostKey);
}

/** Of machines that had the same name the latest counts, as for every other question by name. */
export function latestHostKeys({ machines }: HostKeysAnswer): HostKeysAnswer {
  const latest = new Map(machines.map((machine) => [machine.name, machine]));
  return { machines: [...latest.values()].filter(({ keys }) => keys.length > 0) };
}
