// The end of the audit log as text, which people may note down elsewhere: `12:3f0a…`. In: number and hash. Out: text, and back.
import { z } from 'zod';
import { parseEdge } from '../../lib/parse-edge.ts';

export type AuditHead = { readonly seq: number; readonly hash: string };

const headSchema = z.string().regex(/^\d{1,15}:[0-9a-f]{64}$/, 'is not NUMBER:HASH');

export const formatHead = ({ seq, hash }: AuditHead): string => `${seq}:${hash}`;

/** @throws FaultsError when it is none */
export function parseHead(text: string): AuditHead {
  const [seq = '', hash = ''] = parseEdge(headSchema, text, 'the end of the audit log').split(':');
  return { seq: Number(seq), hash };
}
