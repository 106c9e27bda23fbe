import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isConfined, parseRights } from './rights.ts';

/** Lines of /proc/PID/status as Linux 6 writes them. */
const status = (uid: number, effective: string, bounding: string): string =>
  `Name:\tnode\nUid:\t${uid}\t0\t0\t0\nCapInh:\t0000000000000000\nCapPrm:\t${effective}\nCapEff:\t${effective}\nCapBnd:\t${bounding}\n`;

const CASES = [
  { name: 'root', effective: '000001ffffffffff', bounding: '000001ffffffffff', confined: false },
  {
    name: 'nothing now, and everything for a program with file capabilities',
    effective: '0000000000000000',
    bounding: '000001ffffffffff',
    confined: false,
  },
  { name: 'the kept two', effective: '0000000000002400', bounding: '0000000000002400', confined: true },
  { name: 'one of them', effective: '0000000000000400', bounding: '0000000000002400', confined: true },
  { name: 'one more', effective: '0000000000003400', bounding: '0000000000003400', confined: false },
  { name: 'none', effective: '0000000000000000', bounding: '0000000000000000', confined: true },
];

for (const { name, effective, bounding, confined } of CASES) {
  test(`rights of ${name}`, () => {
    assert.equal(isConfined(parseRights(status(0, effective, bounding))), confined);
  });
}

test('the real user is the first number; a line that is missing is an error', () => {
  assert.equal(parseRights(status(1000, '0', '0')).uid, 1000);
  assert.throws(() => parseRights('Uid:\t0\t0\t0\t0\n'), /no CapEff/);
});
