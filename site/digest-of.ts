import { createHash } from 'node:crypto';

/** SHA-256 of JSON whose keys are sorted, so that equal data has equal digests. */
export function digestOf(value: unknown): string {
  const sorted = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  );
  return createHash('sha256').update(sorted).digest('hex');
}
