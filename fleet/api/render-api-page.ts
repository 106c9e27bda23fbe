// The API as a page for people. In: every operation. Out: the text of docs/fleet-api.md, which a test keeps equal. Never: I/O.
import { z } from 'zod';
import type { Operation } from '../../contract/fleet/operation.ts';
import { API_PREFIX, OPENAPI_PATH } from '../../contract/fleet/routes.ts';
import { operations } from '../operations/all.ts';

/** Markdown. */
export function renderApiPage(): string {
  const described = operations
    .map(({ operation }) => operation)
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return `${opening}
| operation | role | what it does |
| --- | --- | --- |
${described.map(summaryRow).join('\n')}

${described.map(describe).join('\n\n')}
`;
}

const opening = `# The fleet's API

All that \`gutinteg fleet\` asks is an API, and each operation is one path: \`${API_PREFIX}/NAME\`. What only reads is a GET, with its
input in the query; a list is its name several times. What changes something is a POST with a JSON body. The server describes
it all at \`${OPENAPI_PATH}\`, as OpenAPI 3.1.

Who asks shows \`Authorization: Bearer TOKEN\`, of \`gutinteg fleet token add\`, or of the operation \`login\`. Whoever can open the
socket \`fleet/fleet.sock\` of the state directory needs none, and is admin.

An error is \`{"error": …, "hint": …}\`; the hint, what to try next, may be missing. The statuses are 400 for an input that does not
fit, 401 without a good token, 403 for a role that does not suffice, 404 for what does not exist, 409 for what cannot be done as
things are, 413 for a body of more than 256 KiB, 429 for too many at once, and 503 while the server is busy. Times are
milliseconds since 1970. A later version may add fields to an answer; it takes none away.

This page is made from the schemas that requests are checked with: \`UPDATE_GOLDENS=1 bin/node --test fleet/api/render-api-page.test.ts\`.

## Operations
`;

const methodOf = ({ changes }: Operation): string => (changes ? 'POST' : 'GET');

const summaryRow = (operation: Operation): string =>
  `| [${methodOf(operation)} ${operation.name}](#${operation.name}) | ${operation.role} | ${operation.summary} |`;

function describe({ name, summary, input, output }: Operation): string {
  const given = fieldsOf(input, 'input');
  const answered = fieldsOf(output, 'output');
  return [
    `### ${name}\n\n${summary}.`,
    given.length === 0 ? 'It takes nothing.' : `Takes:\n\n${given.join('\n')}`,
    answered.length === 0 ? 'It answers an empty object.' : `Answers:\n\n${answered.join('\n')}`,
  ].join('\n\n');
}

type Schema = {
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly default?: unknown;
  readonly description?: string;
};

function fieldsOf(schema: z.ZodType, io: 'input' | 'output'): string[] {
  return linesOf(z.toJSONSchema(schema, { io, target: 'draft-2020-12' }) as Schema, io, '');
}

function linesOf({ properties = {}, required = [] }: Schema, io: 'input' | 'output', indent: string): string[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const isOptional = !required.includes(name);
    const fallback =
      io === 'input' && field.default !== undefined ? `, ${JSON.stringify(field.default)} unless given` : '';
    const optional = isOptional && fallback === '' ? ', optional' : '';
    const text = field.description === undefined ? '' : `: ${field.description}`;
    const inner = field.properties === undefined ? (field.items ?? {}) : field;
    return [
      `${indent}- \`${name}\` (${kindOf(field)}${optional}${fallback})${text}`,
      ...linesOf(inner, io, `${indent}  `),
    ];
  });
}

function kindOf(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((each) => JSON.stringify(each)).join(' or ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return [...new Set(choices.map(kindOf))].join(' or ');
  if (schema.type === 'array') return schema.items === undefined ? 'list' : `list of ${kindOf(schema.items)}`;
  return typeof schema.type === 'string' ? schema.type : 'any value';
}
