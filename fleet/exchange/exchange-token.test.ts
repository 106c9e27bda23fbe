import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exchangeTokenSchema } from '../../contract/fleet/exchange-token.ts';
import { makeExchangeToken, readExchangeToken } from './exchange-token.ts';

const key = Buffer.alloc(32, 1);
const owner = { hostId: 'h'.repeat(22), epoch: 1 };
const token = makeExchangeToken(key, owner, 7);

test('a token is one that the contract allows, and its number and proof are read back', () => {
  assert.equal(exchangeTokenSchema.parse(token), token);
  assert.deepEqual(readExchangeToken(key, owner, token), { number: 7, isGenuine: true });
});

const forgeries: readonly [what: string, key: Uint8Array, owner: typeof owner, token: string][] = [
  ['another host', key, { ...owner, hostId: 'i'.repeat(22) }, token],
  ['another epoch', key, { ...owner, epoch: 2 }, token],
  ['another number', key, owner, token.replace('7', '8')],
  ['another server', Buffer.alloc(32, 2), owner, token],
  ['half a proof', key, owner, token.slice(0, -10)],
];
for (const [what, otherKey, otherOwner, shown] of forgeries) {
  test(`a token of ${what} is not genuine`, () =>
    assert.equal(readExchangeToken(otherKey, otherOwner, shown).isGenuine, false));
}
