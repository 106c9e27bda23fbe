// A resolved record, as servers and scripts ask for it. In: nothing. Out: a zod schema and its JSON schema.
// Never: I/O.
import { z } from 'zod';
import { machineVariables } from '../lib/known-variables.ts';

/** One line of text: no control character but tab. */
// oxlint-disable-next-line no-control-regex -- they are what is excluded
export const valueSchema = z.string().regex(/^[^\0-\x08\n-\x1f\x7f]*$/, 'a value with a control character');

/** Each with what it means; a site may have any others. */
const known = Object.fromEntries(
  Object.entries(machineVariables).map(([variable, meaning]) => [variable, valueSchema.describe(meaning).optional()]),
);

/** The answer to a look-up of a record by MAC, name or IP. */
export const recordAnswerSchema = z.object({
  name: z.string().min(1).describe('The machine.'),
  record: z
    .object(known)
    .catchall(valueSchema)
    .describe(
      'Variable → value, both exactly as written. Further interfaces are NIC_<name>_MAC, NIC_<name>_IP and so on.',
    ),
});

/** recordAnswerSchema as JSON Schema, draft 2020-12. */
export function recordJsonSchema(): object {
  return { title: 'A machine of the machine database', ...z.toJSONSchema(recordAnswerSchema) };
}

/** The words of a variable; none when it is not defined. */
export function wordsOf(value = ''): string[] {
  return value.split(/\s+/).filter((word) => word !== '');
}
