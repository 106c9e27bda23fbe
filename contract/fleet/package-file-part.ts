// How a host gets a file of the server's store of package files: in parts, so that it goes on where it was cut off, and so that
// neither a relay nor a slow host holds more than one part in memory. In: nothing. Out: zod schemas. Never: I/O.
import { z } from 'zod';
import { sha256Schema } from './jobs/action.ts';

/** A part has so many bytes, but the last one. */
export const PART_BYTES = 1024 * 1024;

/** The length of a part in base64. */
export const MAX_PART_TEXT = 4 * Math.ceil(PART_BYTES / 3);

export const partRequestSchema = z.object({
  v: z.int().min(1),
  sha256: sha256Schema,
  /** The first byte that is wanted. */
  from: z.int().nonnegative(),
});

export type PartRequest = z.infer<typeof partRequestSchema>;

export const partAnswerSchema = z.discriminatedUnion('result', [
  /** `data` in base64: from `from` on, and at most a part. */
  z.object({ result: z.literal('part'), data: z.string().max(MAX_PART_TEXT) }),
  /** The server does not have it, or not any more; in words. */
  z.object({ result: z.literal('missing'), message: z.string().max(1000) }),
]);

export type PartAnswer = z.infer<typeof partAnswerSchema>;
