// What a host is told: an answer, or why there is none. In: nothing. Out: the shape of both.
import type { Refusal } from '../../contract/fleet/enrolment.ts';

export type Outcome<T> = { readonly answer: T } | { readonly refusal: Refusal };

/** @param retryAfter seconds */
export const refuse = (error: Refusal['error'], message: string, retryAfter?: number): { refusal: Refusal } => ({
  refusal: { error, message, ...(retryAfter === undefined ? {} : { retryAfter }) },
});
