// Whether the audit log is as it was written. In: a store. Out: its length and end, or the first entry that is wrong, in words.
// Reads a page at a time. Never: repairs anything.
import type { Queries } from '../store/open-store.ts';
import { AUDIT_HEAD } from './append-audit.ts';
import { FIRST_HASH, hashOfEntry } from './audit-entry.ts';
import { parseHead } from './audit-head.ts';
import type { AuditHead } from './audit-head.ts';

export type AuditVerdict = {
  readonly entries: number;
  readonly isSound: boolean;
  /** The first thing that is wrong; empty when nothing is. */
  readonly fault: string;
  readonly head: AuditHead;
};

const PAGE = 1000;

/** @param expected an end of the log that somebody noted down: it must still be in it */
export async function verifyAudit(queries: Queries, expected?: AuditHead): Promise<AuditVerdict> {
  const before = await readEnd(queries);
  // Both must be met on the way; others may append meanwhile.
  const toMeet = new Map([before, ...(expected === undefined ? [] : [expected])].map((end) => [end, end.seq === 0]));
  let head: AuditHead = { seq: 0, hash: FIRST_HASH };
  const verdict = (fault: string): AuditVerdict => ({ entries: head.seq, isSound: fault === '', fault, head });
  for await (const row of readEntries(queries)) {
    const fault = faultOf(row, head);
    if (fault !== undefined) return verdict(fault);
    head = { seq: row.seq, hash: row.hash };
    for (const end of toMeet.keys()) if (end.seq === head.seq && end.hash === head.hash) toMeet.set(end, true);
  }
  if (before.seq > head.seq)
    return verdict(`entries ${head.seq + 1} to ${before.seq}, the newest ones, were taken away`);
  const { seq } = await readEnd(queries);
  if (seq < head.seq) return verdict(`entries from ${seq + 1} on were added by something else than this program`);
  const missed = [...toMeet].find(([, isMet]) => !isMet)?.[0];
  return verdict(missed === undefined ? '' : `entry ${missed.seq} is not the one that was noted down`);
}

async function* readEntries(queries: Queries): AsyncGenerator<Row> {
  for (let after = 0; ;) {
    const page = queries.selectFrom('audit').selectAll().where('seq', '>', after).orderBy('seq').limit(PAGE);
    const rows = await page.execute();
    yield* rows;
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.seq ?? after;
  }
}

type Row = Parameters<typeof hashOfEntry>[0] & { readonly hash: string };

function faultOf(row: Row, before: AuditHead): string | undefined {
  const expected = before.seq + 1;
  if (row.seq !== expected) {
    return row.seq - 1 === expected
      ? `entry ${expected} was taken away`
      : `entries ${expected} to ${row.seq - 1} were taken away`;
  }
  if (row.hash !== hashOfEntry(row)) return `entry ${row.seq} was changed`;
  if (row.previousHash !== before.hash) return `entry ${row.seq} does not follow entry ${before.seq}`;
  return undefined;
}

async function readEnd(queries: Queries): Promise<AuditHead> {
  const row = await queries.selectFrom('meta').select('value').where('key', '=', AUDIT_HEAD).executeTakeFirst();
  return row === undefined ? { seq: 0, hash: FIRST_HASH } : parseHead(row.value);
}
