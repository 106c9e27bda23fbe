import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { formatIpv6, parseIpv6 } from './ipv6.ts';

suite('IPv6 addresses', () => {
  // The right-hand column is RFC 5952 §4's.
  const table: [text: string, canonical: string | undefined][] = [
    ['::', '::'],
    ['::1', '::1'],
    ['2001:0DB8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1::', '1::'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
    ['fe80::1%eth0', undefined],
    ['1:2:3', undefined],
    ['10.0.0.1', undefined],
    ['', undefined],
    ['::g', undefined],
  ];
  for (const [text, canonical] of table) {
    test(`'${text}'`, () => {
      const address = parseIpv6(text);
      assert.equal(address === undefined ? undefined : formatIpv6(address), canonical);
    });
  }

  test('agree with the URL parser', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const address = parseIpv6(text);
        assert.ok(address !== undefined);
        assert.equal(`[${formatIpv6(address)}]`, new URL(`http://[${text}]/`).hostname);
      }),
    );
  });
});
