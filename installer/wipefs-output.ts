// The output of `wipefs --no-act --json`, checked.
import { z } from 'zod';
import { parseJsonEdge } from '../lib/parse-edge.ts';
import type { Argv } from '../lib/run-command.ts';

/** Lists the signatures on a device without touching them. */
export function listSignaturesArgv(path: string): Argv {
  return ['wipefs', '--no-act', '--json', '--output', 'DEVICE,OFFSET,LENGTH,TYPE', path];
}

/** Hexadecimal or decimal, text or number, as the versions of wipefs have it. */
const count = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^(0x[0-9a-f]+|\d+)$/)
      .transform(Number),
  ])
  .pipe(z.int().nonnegative());

const outputSchema = z.object({
  signatures: z.array(z.object({ offset: count, length: count, type: z.string() })).default([]),
});

export type Signature = z.infer<typeof outputSchema>['signatures'][number];

/** Offsets count from the beginning of the device. @throws UserError when the text is not what wipefs prints */
export function parseWipefs(text: string, path: string): Signature[] {
  if (text.trim() === '') return [];
  return parseJsonEdge(outputSchema, text, `the output of wipefs --json ${path}`).signatures;
}
