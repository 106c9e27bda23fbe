// The output of `wipefs --no-act --json`, checked.
import { z } from 'zod';
import { parseJsonEdge } from '../lib/parse-edge.ts';
import type { Argv } from '../lib/run-command.ts';

/** Lists every signature on a device, those that contradict each other as well, without touching them. */
export function listSignaturesArgv(path: string): Argv {
  return ['wipefs', '--no-act', '--json', '--output', 'DEVICE,OFFSET,LENGTH,TYPE,UUID,LABEL', path];
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

const text = z.string().nullable().default(null);

const outputSchema = z.object({
  signatures: z
    .array(z.object({ offset: count, length: count, type: z.string(), uuid: text, label: text }))
    .default([]),
});

/** One magic; a file system may have several. `type` is a file system's, a member's or a table's. */
export type WipefsSignature = z.infer<typeof outputSchema>['signatures'][number];

/** Offsets count from the beginning of the device. @throws UserError when the text is not what wipefs prints */
export function parseWipefs(text: string, path: string): WipefsSignature[] {
  if (text.trim() === '') return [];
  return parseJsonEdge(outputSchema, text, `the output of wipefs --json ${path}`).signatures;
}
