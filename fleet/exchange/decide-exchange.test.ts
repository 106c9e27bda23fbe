import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as assertProperty, nat, property } from 'fast-check';
import { decideExchange } from './decide-exchange.ts';
import type { ExchangeDecision, Exchanges } from './decide-exchange.ts';

const START: Exchanges = { issued: 1, epoch: 1, isReleased: false, recent: [] };

const shown = (number: number, nonce: string, isGenuine = true) => ({ number, nonce, isGenuine });

/** The server's memory after these check-ins. */
function after(...nonces: string[]): Exchanges {
  let exchanges = START;
  for (const nonce of nonces) {
    const decision = decideExchange(exchanges, shown(exchanges.issued, nonce));
    assert.equal(decision.kind, 'next');
    if (decision.kind === 'next') exchanges = decision.exchanges;
  }
  return exchanges;
}

/** The memory of a server that was set back from token 9 to 2. */
function afterGap(): Exchanges {
  const decision = decideExchange(after('a'), shown(9, 'b'));
  assert.equal(decision.kind, 'server-went-back');
  return decision.kind === 'server-went-back' ? decision.exchanges : START;
}

const cases: readonly [name: string, Exchanges, ReturnType<typeof shown>, ExchangeDecision['kind']][] = [
  ['the first check-in', START, shown(1, 'a'), 'next'],
  ['the token that is due', after('a', 'b'), shown(3, 'c'), 'next'],
  ['the same request again, as its answer was lost', after('a', 'b'), shown(2, 'b'), 'repeated'],
  ['an older request that comes late', after('a', 'b', 'c'), shown(1, 'a'), 'late'],
  ['a used token with another nonce: a second machine', after('a', 'b'), shown(2, 'x'), 'cloned'],
  [
    'a token of long ago',
    after('a', ...Array.from({ length: 11 }, (_, index) => `later-${index}`)),
    shown(1, 'a'),
    'cloned',
  ],
  ['a token that nobody gave', after('a'), shown(2, 'b', false), 'cloned'],
  ['a forged number with the nonce of a former exchange', after('a', 'b'), shown(2, 'b', false), 'cloned'],
  ['a token that the server has forgotten', after('a'), shown(9, 'b'), 'server-went-back'],
  ['a late request that the server has forgotten', afterGap(), shown(8, 'x'), 'late'],
  ['the same with a forged token', afterGap(), shown(8, 'x', false), 'cloned'],
  ['one of before the server was set back', afterGap(), shown(1, 'a'), 'cloned'],
  ['any token of a host that was let in anew', { ...after('a'), isReleased: true }, shown(1, 'x', false), 'next'],
];

for (const [name, exchanges, request, kind] of cases) {
  test(name, () => assert.equal(decideExchange(exchanges, request).kind, kind));
}

test('of two machines with one identity one is found at its second check-in at the latest, in whatever order', () => {
  const order = array(nat({ max: 1 }), { minLength: 4, maxLength: 30 });
  assertProperty(
    property(order, (turns) => {
      let exchanges = START;
      const held = [1, 1];
      const checkIns = [0, 0];
      for (const [turn, machine] of turns.entries()) {
        const decision = decideExchange(exchanges, shown(held[machine] ?? 0, `${machine}-${turn}`));
        checkIns[machine] = (checkIns[machine] ?? 0) + 1;
        if (decision.kind === 'cloned') return;
        assert.equal(decision.kind, 'next');
        if (decision.kind !== 'next') return;
        exchanges = decision.exchanges;
        held[machine] = decision.issue;
      }
      assert.ok(checkIns.includes(0), `both checked in ${checkIns.join(' and ')} times`);
    }),
  );
});
