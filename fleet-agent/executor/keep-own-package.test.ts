import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepOwnPackage } from './keep-own-package.ts';

const change = (name: string, before: string | null, after: string | null) => ({ name, arch: 'amd64', before, after });

test('gutinteg-fleet may be upgraded, and others may go', () => {
  const changes = [change('gutinteg-fleet', '1', '2'), change('lab-base', '1', null)];
  assert.deepEqual(keepOwnPackage(changes), changes);
});

test('gutinteg-fleet does not remove itself', () => {
  assert.throws(() => keepOwnPackage([change('passwd', '1', null), change('gutinteg-fleet', '1', null)]), {
    name: 'UserError',
    message: /would remove gutinteg-fleet/,
    hint: /take-out HOST/,
  });
});
