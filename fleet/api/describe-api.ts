// The API as an OpenAPI document. In: every operation. Out: OpenAPI 3.1, made of the same schemas that requests are checked
// with. Never: I/O. @see https://spec.openapis.org/oas/v3.1.1.html
import { z } from 'zod';
import { API_PREFIX } from '../../contract/fleet/routes.ts';
import { roles } from '../../contract/fleet/operation.ts';
import type { Operation } from '../../contract/fleet/operation.ts';
import { operations } from '../operations/all.ts';

const errors: Readonly<Record<string, string>> = {
  400: 'The input does not fit; the error says where',
  401: 'Nobody has logged in, or the token is not good',
  403: 'The role does not suffice',
  404: 'There is no such thing',
  409: 'It cannot be done as things are',
  413: 'The body is too large',
  429: 'Too many at once; try again later',
  503: 'The server is busy',
};

const description =
  'Hosts of a fleet and what they have installed. Times are milliseconds since 1970. ' +
  `Roles, each with the rights of those before it: ${roles.join(', ')}.`;

let document: object | undefined;

/** The same object each time. */
export const describeApi = (): object => (document ??= makeDocument(operations.map(({ operation }) => operation)));

function makeDocument(described: readonly Operation[]): object {
  return {
    openapi: '3.1.0',
    info: {
      title: "gutinteg's fleet",
      version: '1',
      description,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: API_PREFIX }],
    security: [{ token: [] }],
    paths: Object.fromEntries(described.map((operation) => [`/${operation.name}`, describePath(operation)])),
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'Of a session (`login`), or one for programs (`add-token`)',
        },
      },
      schemas: { Error: errorSchema },
      responses: Object.fromEntries(
        Object.entries(errors).map(([status, text]) => [
          `Error${status}`,
          { description: text, content: asJson({ $ref: '#/components/schemas/Error' }) },
        ]),
      ),
    },
  };
}

const errorSchema = {
  type: 'object',
  properties: { error: { type: 'string' }, hint: { type: 'string', description: 'What to try next' } },
  required: ['error'],
};

function describePath({ name, summary, role, changes, input, output }: Operation): object {
  const described = {
    operationId: name,
    summary,
    description: role === 'anyone' ? 'Needs no role.' : `Needs the role ${role}.`,
    ...(role === 'anyone' ? { security: [] } : {}),
    responses: {
      200: { description: 'Done', content: asJson(schemaOf(output, 'output')) },
      ...Object.fromEntries(
        Object.keys(errors).map((status) => [status, { $ref: `#/components/responses/Error${status}` }]),
      ),
    },
  };
  if (!changes) return { get: { ...described, parameters: parametersOf(input) } };
  const requestBody = { required: true, content: asJson(schemaOf(input, 'input')) };
  return { post: { ...described, requestBody } };
}

const asJson = (schema: object): object => ({ 'application/json': { schema } });

/** Schemas in OpenAPI 3.1 are JSON schemas of 2020-12, which goes without saying. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  return rest;
}

const fieldSchema = z.looseObject({ type: z.string().exactOptional(), description: z.string().exactOptional() });
const objectSchema = z.object({
  properties: z.record(z.string(), fieldSchema).default({}),
  required: z.array(z.string()).default([]),
});

type Parameter = { readonly name: string; readonly required: boolean; readonly description?: string };

function parametersOf(input: z.ZodType): Parameter[] {
  const { properties, required } = objectSchema.parse(schemaOf(input, 'input'));
  return Object.entries(properties).map(([name, { description: text, ...schema }]) => ({
    name,
    in: 'query',
    ...(text === undefined ? {} : { description: text }),
    required: required.includes(name),
    ...(schema.type === 'array' ? { style: 'form', explode: true } : {}),
    schema,
  }));
}
