// The right to one exchange, as text. In: the key of the store, whose token it is, its number. Out: `NUMBER.PROOF`, and whether
// one is the server's own. Never: decides whether it is still good (decide-exchange.ts).
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Whose token it is. The epoch rises when a host is let in anew, so that all earlier tokens are good no more. */
export type TokenOwner = { readonly hostId: string; readonly epoch: number };

/** @see exchangeTokenSchema of contract/fleet/check-in.ts */
export const makeExchangeToken = (tokenKey: Uint8Array, owner: TokenOwner, number: number): string =>
  `${number}.${proofOf(tokenKey, owner, number).toString('base64url')}`;

/** @param token fits the schema */
export function readExchangeToken(
  tokenKey: Uint8Array,
  owner: TokenOwner,
  token: string,
): { readonly number: number; readonly isGenuine: boolean } {
  const [digits = '', proof = ''] = token.split('.');
  const number = Number(digits);
  const expected = proofOf(tokenKey, owner, number);
  const shown = Buffer.from(proof, 'base64url');
  return { number, isGenuine: shown.length === expected.length && timingSafeEqual(shown, expected) };
}

const PROOF_BYTES = 16;

const proofOf = (tokenKey: Uint8Array, { hostId, epoch }: TokenOwner, number: number): Buffer =>
  createHmac('sha256', tokenKey).update(`exchange\n${hostId}\n${epoch}\n${number}`).digest().subarray(0, PROOF_BYTES);

/** `recentExchangesJson` of a host that has not checked in yet in its epoch. */
export const EMPTY_RECENT = '[]';
