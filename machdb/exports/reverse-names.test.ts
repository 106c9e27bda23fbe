import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reverseName, reverseZonesOf } from './reverse-names.ts';

test('addresses turn round', () => {
  assert.equal(reverseName('10.77.0.101'), '101.0.77.10.in-addr.arpa');
  assert.equal(reverseName('2001:db8::1'), `1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`);
});

const networks: [string, string[] | undefined][] = [
  ['10.77.0.0/24', ['0.77.10.in-addr.arpa']],
  ['10.77.0.0/16', ['77.10.in-addr.arpa']],
  ['10.0.0.0/8', ['10.in-addr.arpa']],
  ['10.77.2.0/23', ['2.77.10.in-addr.arpa', '3.77.10.in-addr.arpa']],
  ['2001:db8:1::/48', ['1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa']],
  ['2001:db8::/31', ['8.b.d.0.1.0.0.2.ip6.arpa', '9.b.d.0.1.0.0.2.ip6.arpa']],
  ['10.77.0.1/24', undefined],
  ['10.77.0.0/25', undefined],
  ['10.77.0.0/0', undefined],
  ['10.77.0.0/33', undefined],
  ['10.77.0.0', undefined],
  ['::/0', undefined],
  ['2001:db8::1/64', undefined],
  ['2001:db8::/125', undefined],
  ['', undefined],
];
for (const [network, zones] of networks) {
  test(`${network} is ${zones?.join(' and ') ?? 'no zone'}`, () => assert.deepEqual(reverseZonesOf(network), zones));
}
