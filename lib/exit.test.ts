import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from './errors.ts';
import { runMain } from './exit.ts';

const cases = [
  {
    what: 'a cause that says more',
    error: new UserError('it failed', { cause: new Error('disk full') }),
    said: 'it failed\n  cause: disk full\n',
  },
  {
    what: 'a cause that is told',
    error: new UserError('a: is bad', { cause: new Error('is bad') }),
    said: 'a: is bad\n',
  },
  { what: 'a cause without words', error: new UserError('it failed', { cause: new Error('') }), said: 'it failed\n' },
  {
    what: 'a hint',
    error: new UserError('it failed', { hint: 'free some room' }),
    said: 'it failed\n  try: free some room\n',
  },
];

for (const { what, error, said } of cases) {
  test(`an error with ${what}`, async (context) => {
    const written: unknown[] = [];
    context.mock.method(process.stderr, 'write', (text: unknown) => written.push(text) > 0);
    await runMain(() => Promise.reject(error));
    process.exitCode = undefined;
    assert.equal(written.join(''), said);
  });
}
