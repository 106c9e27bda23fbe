import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer } from '../recorded-answer.ts';
import { rebootReasons } from './reboot-reasons.ts';

const SHOWN = `kernel-core	5.14.0-1.el9	1796000000
kernel-core	5.14.0-2.el9	1796000101
glibc	2.34-60.el9	1796000100
`;

for (const { startedAt, reasons } of [
  { startedAt: 1_796_000_101, reasons: [] },
  { startedAt: 1_796_000_100, reasons: ['kernel-core 5.14.0-2.el9 was installed after the last start'] },
  {
    startedAt: 1_796_000_050,
    reasons: [
      'glibc 2.34-60.el9 was installed after the last start',
      'kernel-core 5.14.0-2.el9 was installed after the last start',
    ],
  },
  { startedAt: undefined, reasons: [] },
]) {
  test(`started at ${startedAt}: ${reasons.length} reasons`, () => {
    const stat = startedAt === undefined ? undefined : `cpu 1 2\nbtime ${startedAt}\nprocesses 3\n`;
    assert.deepEqual(answer(rebootReasons, [SHOWN], [stat]), reasons);
  });
}
