// SSH host keys that machines have reported. In: rows of the server's database. Out: keys by name. Only reads.
import { z } from 'zod';
import { isHostKey } from '../lib/host-key.ts';
import type { HostKeysAnswer } from '../contract/control.ts';
import type { MachineTable } from './state/find-machines.ts';

type MachineKeys = HostKeysAnswer['machines'][number];

// Of machines that had the same name, the latest counts, as for every other question by name.
const REPORTED = `SELECT name, json_extract(last_report, '$.report.hostKeys') AS keys FROM machines AS one
  WHERE json_valid(last_report) AND rowid = (SELECT max(rowid) FROM machines AS other WHERE other.name = one.name)
  ORDER BY name`;

const keysSchema = z.array(z.string());

/** Every machine whose last report names a host key. @throws StateError */
export function readHostKeys({ database }: MachineTable): MachineKeys[] {
  return database.all(REPORTED).flatMap(({ name, keys }) => {
    const found = keysSchema.safeParse(parseOrUndefined(keys)).data ?? [];
    const sound = found.filter(isHostKey);
    return sound.length === 0 ? [] : [{ name: String(name), keys: sound }];
  });
}

function parseOrUndefined(text: unknown): unknown {
  return typeof text === 'string' ? JSON.parse(text) : undefined;
}
