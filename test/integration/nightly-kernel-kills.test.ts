// A night with a new kernel that is killed: whatever the menu names is whole.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killKernelNights } from './kernel-kills.ts';
import { howMany } from '../helpers/how-many.ts';

const COUNT = howMany({ few: 8, all: 32 });

test(`a night with a new kernel, killed at ${COUNT} of its calls: the machine starts, and the next night ends it`, async (t) => {
  await using stack = new AsyncDisposableStack();
  const { calls, killed } = await killKernelNights(stack, COUNT);
  t.diagnostic(`${killed} runs killed, of ${calls} calls`);
  assert(killed > COUNT / 2, 'hardly any run was killed');
});
