import type { z } from 'zod';
import { FaultsError, UserError } from './errors.ts';
import type { Fault } from './errors.ts';

/**
 * Checks data that came from outside (a file, the network, a tool's JSON) against a zod schema.
 * @param what names the input in the error: `site.yaml`, `the report of machine 3f…`.
 * @throws FaultsError with every fault and its path; exit code 2.
 */
export function parseEdge<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new FaultsError(
    what,
    result.error.issues.map((issue): Fault => ({
      severity: 'error',
      where: issue.path.length === 0 ? what : issue.path.map(String).join('.'),
      message: issue.message,
    })),
  );
}

/**
 * Parses JSON text from outside and checks it against a schema.
 * @throws UserError (exit code 2) when the text is no JSON or does not fit.
 */
export function parseJsonEdge<S extends z.ZodType>(schema: S, text: string, what: string): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${what} is not JSON`, { exitCode: 2, cause: error });
  }
  return parseEdge(schema, value, what);
}
