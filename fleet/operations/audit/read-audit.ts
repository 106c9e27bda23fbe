import { z } from 'zod';
import { listAudit, verifyAudit } from '../../../contract/fleet/api/audit.ts';
import { parseJsonEdge } from '../../../lib/parse-edge.ts';
import { formatHead, parseHead } from '../../audit/audit-head.ts';
import { verifyAudit as verify } from '../../audit/verify-audit.ts';
import { implement } from '../implement.ts';

const detailsSchema = z.record(z.string(), z.unknown());

const entries = implement(listAudit, async ({ store }, { actor, action, subject, before, limit }) => {
  let rows = store.queries.selectFrom('audit').selectAll();
  if (actor !== undefined) rows = rows.where('actor', '=', actor);
  if (action !== undefined) rows = rows.where('action', '=', action);
  if (subject !== undefined) rows = rows.where('subject', '=', subject);
  if (before !== undefined) rows = rows.where('seq', '<', before);
  const found = await rows.orderBy('seq', 'desc').limit(limit).execute();
  return {
    entries: found.map(({ detailsJson, ...entry }) => ({
      ...entry,
      details: parseJsonEdge(detailsSchema, detailsJson, `entry ${entry.seq} of the audit log`),
    })),
  };
});

const verdict = implement(verifyAudit, async ({ store }, { expected }) => {
  const end = expected === undefined ? undefined : parseHead(expected);
  const { head, ...rest } = await verify(store.queries, end);
  return { ...rest, end: formatHead(head) };
});

export const auditOperations = [entries, verdict];
