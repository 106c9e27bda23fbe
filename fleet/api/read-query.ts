// The input of an operation that only reads, from the query of its URL. In: texts. Out: values of the kinds that the schema
// names, which the schema then checks. Never: refuses a value; an unknown name, which is a slip of the fingers, is refused.
import { z } from 'zod';
import { didYouMean } from '../../lib/did-you-mean.ts';
import { OperationError } from '../operations/operation-error.ts';

const fieldSchema = z.looseObject({ type: z.string().exactOptional() });
const inputSchema = z.object({ properties: z.record(z.string(), fieldSchema).default({}) });

/** What the JSON schema of an input says of each of its fields: `integer`, `boolean`, `array`, `string`. */
export function kindsOfFields(input: z.ZodType): ReadonlyMap<string, string> {
  const { properties } = inputSchema.parse(z.toJSONSchema(input, { io: 'input' }));
  return new Map(Object.entries(properties).map(([name, { type = 'string' }]) => [name, type]));
}

/** @throws OperationError for a name that the operation does not have, or one that is there twice */
export function readQuery(kinds: ReadonlyMap<string, string>, query: URLSearchParams): Record<string, unknown> {
  const names = [...new Set(query.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const kind = kinds.get(name);
      if (kind === undefined) throw unknownName(name, kinds);
      const values = query.getAll(name);
      if (kind === 'array') return [name, values];
      const [value = '', ...others] = values;
      if (others.length > 0) throw new OperationError('bad-input', `${name} is there ${values.length} times`);
      return [name, convert(value, kind)];
    }),
  );
}

function unknownName(name: string, kinds: ReadonlyMap<string, string>): OperationError {
  const shown = name.slice(0, 100);
  const known = [...kinds.keys()].join(', ');
  const hint = didYouMean(shown, kinds.keys()) ?? (known === '' ? 'it takes none' : `it takes ${known}`);
  return new OperationError('bad-input', `there is no parameter ${JSON.stringify(shown)}`, { hint });
}

/** What is no number stays a text, so that the schema says so. */
function convert(value: string, kind: string): unknown {
  if ((kind === 'integer' || kind === 'number') && /^-?\d{1,16}$/.test(value)) return Number(value);
  if (kind === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}
