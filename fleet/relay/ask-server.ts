// What the relay itself asks of the fleet's server. In: a route and a value. Out: the answer, or the refusal, both checked. Never:
// repeats a request.
import type { KeyObject } from 'node:crypto';
import type { z } from 'zod';
import { refusalSchema } from '../../contract/fleet/enrolment.ts';
import type { Refusal } from '../../contract/fleet/enrolment.ts';
import { signRequest } from '../../contract/fleet/signed-request.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import type { Forward } from './forward.ts';

export type Asked<S extends z.ZodType> = { readonly answer: z.output<S> } | { readonly refusal: Refusal };

type Self = { readonly id: string; readonly privateKey: KeyObject };

/** @throws Error when the server cannot be reached; UserError for an answer that is not a fleet server's */
export async function askServer<S extends z.ZodType>(
  { forward, self }: { readonly forward: Forward; readonly self: Self },
  { path, value, schema }: { readonly path: string; readonly value: unknown; readonly schema: S },
): Promise<Asked<S>> {
  const body = Buffer.from(JSON.stringify(value));
  const signature = signRequest({ hostId: self.id, method: 'POST', path, body }, self.privateKey);
  const answer = await forward({ hostId: self.id, path, signature, encoding: '', address: '', body });
  const text = Buffer.from(answer.body).toString();
  const what = "the answer of the fleet's server";
  if (answer.status === 200) return { answer: parseJsonEdge(schema, text, what) };
  return { refusal: parseJsonEdge(refusalSchema, text, what) };
}
