// One entry of the audit log, and what its hash is made of. In: an entry. Out: canonical JSON, a hash. Never: I/O.
import { createHash } from 'node:crypto';

export type AuditEntry = {
  /** From 1, without a gap. */
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  /** JSON, as canonicalJson writes it. */
  readonly detailsJson: string;
  /** Of the entry before; of the first one, `FIRST_HASH`. */
  readonly previousHash: string;
};

/** There is nothing before the first entry. */
export const FIRST_HASH = '0'.repeat(64);

/** SHA-256 in hexadecimal, over every field. */
export const hashOfEntry = ({ seq, at, actor, action, subject, detailsJson, previousHash }: AuditEntry): string =>
  createHash('sha256')
    .update(canonicalJson({ seq, at, actor, action, subject, detailsJson, previousHash }))
    .digest('hex');

/** JSON whose keys are in alphabetical order, however the value was made. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
