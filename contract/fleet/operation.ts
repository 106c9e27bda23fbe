// What people and programs may ask of the fleet's server, one by one, as data. In: nothing. Out: the shape of such an operation.
// The routes of the API, its OpenAPI document, the commands and the rights all follow from the same descriptions, so none of
// them can have what the others lack. Never: I/O; how an operation is done.
import { z } from 'zod';

/** Of accounts and tokens. Each may do what those before it may. */
export const roles = ['viewer', 'operator', 'approver', 'admin'] as const;
export type Role = (typeof roles)[number];

export const roleSchema = z.enum(roles);

/** A role, or that of somebody who has not said who they are. */
const ranks = ['anyone', ...roles] as const;
export type Rank = (typeof ranks)[number];

/** Whether `rank` may do what needs `needed`. */
export const mayAct = (rank: Rank, needed: Rank): boolean => ranks.indexOf(rank) >= ranks.indexOf(needed);

/** The lesser of two roles. */
export const lesserRole = (one: Role, other: Role): Role => (mayAct(one, other) ? other : one);

/**
 * One operation. `GET /fleet/api/v1/NAME?…` when it only reads, `POST /fleet/api/v1/NAME` with a JSON body when it changes
 * something. Errors are `{ error, hint? }` with the statuses 400, 401, 403, 404, 409, 413, 429 and 503.
 */
export type Operation<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> = {
  /** Words with hyphens, such as `compare-hosts`: the last part of its path. */
  readonly name: string;
  /** One sentence, without a full stop. */
  readonly summary: string;
  /** The least that whoever asks must be. */
  readonly role: Rank;
  /** It changes something: it is a POST, and is written into the audit log. */
  readonly changes: boolean;
  /** An object; of an operation that only reads, its values are texts, numbers, booleans and lists of texts. */
  readonly input: I;
  readonly output: O;
};

/** Keeps the types of the schemas. */
export const describeOperation = <I extends z.ZodType, O extends z.ZodType>(
  operation: Operation<I, O>,
): Operation<I, O> => operation;

export type InputOf<T> = T extends Operation<infer I> ? z.output<I> : never;
export type OutputOf<T> = T extends Operation<z.ZodType, infer O> ? z.output<O> : never;
