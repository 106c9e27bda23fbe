import assert from 'node:assert/strict';
import { test } from 'node:test';
import { urlToTell } from './url-to-tell.ts';

test('what stands behind the question mark of an address is not told', () => {
  const cases = [
    ['https://files.example/a.deb', 'https://files.example/a.deb'],
    ['https://files.example/a.deb?X-Amz-Signature=abc', 'https://files.example/a.deb?…'],
    ['https://files.example/a.deb?sig=abc#part', 'https://files.example/a.deb?…'],
    ['https://files.example/a.deb#token', 'https://files.example/a.deb'],
  ] as const;
  assert.deepEqual(
    cases.map(([address]) => urlToTell(address)),
    cases.map(([, told]) => told),
  );
});
