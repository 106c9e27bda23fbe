// Keys of machines in the fleet, which their reports tell. In: rows of the server's database. Out: machines and keys. Only reads;
// what a fleet makes of them is not known here. A machine's last report is kept, so a fleet that was away hears of all again.
import { hostKeySchema } from '../contract/fleet/enrolment.ts';
import type { MachineTable } from './state/find-machines.ts';

export type FleetKey = { readonly machineId: string; readonly name: string; readonly publicKey: string };
export type OnFleetKey = (key: FleetKey) => void;

const PAGE_ROWS = 500;
const PAGE = `SELECT rowid, id, name,
  CASE WHEN json_valid(last_report) THEN json_extract(last_report, '$.report.fleetKey') END AS key
  FROM machines WHERE rowid > ? ORDER BY rowid LIMIT ?`;

/** Of every machine's last report, a page at a time, in the order in which machines were first seen. @throws StateError */
export function* listFleetKeys({ database }: MachineTable): Generator<FleetKey> {
  for (let last: number | undefined = 0; last !== undefined;) {
    const rows: ReturnType<typeof database.all> = database.all(PAGE, last, PAGE_ROWS);
    for (const { id, name, key } of rows) {
      const { data: publicKey } = hostKeySchema.safeParse(key);
      if (publicKey !== undefined) yield { machineId: String(id), name: String(name), publicKey };
    }
    last = rows.length < PAGE_ROWS ? undefined : Number(rows.at(-1)?.['rowid']);
  }
}
