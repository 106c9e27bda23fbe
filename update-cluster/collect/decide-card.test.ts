import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMac } from '../../lib/mac.ts';
import type { Mac } from '../../lib/mac.ts';
import { decideLeaveOut } from './decide-card.ts';

const cases: readonly [mac: string, why: RegExp | undefined, note?: string][] = [
  ['00:16:3e:00:00:01', undefined],
  ['00:00:5e:00:00:01', undefined, "of IANA's block, and shared by nobody"],
  ['00:00:0c:07:ab:01', undefined, 'a card of the maker of HSRP'],
  ['fc:ff:ff:ff:ff:ff', undefined],
  ['ff:ff:ff:ff:ff:ff', /broadcast/],
  ['00:00:00:00:00:00', /zeros/],
  ['01:00:5e:00:00:fb', /multicast/],
  ['33:33:00:00:00:01', /multicast/],
  ['01:80:c2:00:00:00', /multicast/],
  ['52:54:00:12:34:56', /locally administered/],
  ['02:42:ac:11:00:02', /locally administered/],
  ['fe:ff:ff:ff:ff:ff', /locally administered/],
  ['00:00:5e:00:01:2a', /VRRP or CARP/],
  ['00:00:5e:00:02:2a', /VRRP for IPv6/],
  ['00:00:0c:07:ac:01', /HSRP/],
  ['00:00:0c:9f:f1:23', /HSRP/],
  ['00:07:b4:00:01:02', /GLBP/],
];
for (const [mac, why, note = ''] of cases) {
  test(`${mac} ${note || String(why ?? 'is a card')}`, () => {
    const said = decideLeaveOut(parseMac(mac) as Mac, { allowLocal: false });
    if (why === undefined) assert.equal(said, undefined);
    else assert.match(said ?? '', why);
  });
}

test('locally administered addresses can be asked for; what nobody has stays out', () => {
  const decide = (mac: string) => decideLeaveOut(mac as Mac, { allowLocal: true });
  assert.equal(decide('52:54:00:12:34:56'), undefined);
  assert.match(decide('33:33:00:00:00:01') ?? '', /multicast/);
});
