import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openRelayStore } from './relay-store.ts';

const checkIn = (hostId: string, heldAt: number, size = 10) => ({
  hostId,
  path: '/',
  signature: 's',
  encoding: '',
  address: '',
  body: new Uint8Array(size),
  heldAt,
});

test('a relay keeps one check-in of each host, in bounded room', () => {
  const store = openRelayStore(':memory:', { hosts: 2, held: 2, heldBytes: 100 });
  for (const hostId of ['a', 'b', 'c']) {
    store.learnHost({ hostId, publicKey: `key of ${hostId}`, address: '192.0.2.1' });
  }
  assert.deepEqual(['a', 'b', 'c'].map(store.keyOf), [undefined, 'key of b', 'key of c']);
  store.learnHost({ hostId: 'b', publicKey: 'key of b', address: '192.0.2.2' });
  assert.deepEqual(['b', 'c', 'a'].map(store.addressOf), ['192.0.2.2', '192.0.2.1', undefined]);
  assert.equal(store.hold(checkIn('a', 1)), true);
  assert.equal(store.hold(checkIn('b', 2)), true);
  assert.equal(store.hold(checkIn('c', 3)), false, 'a third host');
  assert.equal(store.hold(checkIn('a', 4)), true, 'a newer one of the first');
  assert.equal(store.hold(checkIn('b', 5, 90)), false, 'too many bytes');
  assert.deepEqual([store.count(), store.oldest()?.hostId], [2, 'b']);
  store.drop({ hostId: 'a', heldAt: 3 });
  assert.equal(store.count(), 2, 'the newer one stays');
  store.drop({ hostId: 'a', heldAt: 4 });
  assert.equal(store.count(), 1);
  store.close();
});
