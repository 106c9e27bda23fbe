import assert from 'node:assert/strict';
import { test } from 'node:test';
import { warnOfAuthority } from './judge-client.ts';

const DAY_MS = 86_400_000;
const end = Date.UTC(2030, 5, 1);

const cases: readonly [days: number, says: RegExp | undefined][] = [
  [31, undefined],
  [30, undefined],
  [29, /^the authority of hosts' certificates ends on 2030-06-01; gutinteg fleet tls --ca/],
  [0.5, /ends on 2030-06-01/],
  [0, /has ended on 2030-06-01: no certificate of a host is accepted/],
  [-9, /has ended on 2030-06-01/],
];
for (const [days, says] of cases) {
  test(`${days} days before the authority's end: ${says?.source ?? 'nothing is said'}`, () => {
    const said = warnOfAuthority(end, end - days * DAY_MS);
    if (says === undefined) assert.equal(said, undefined);
    else assert.match(said ?? '', says);
  });
}
