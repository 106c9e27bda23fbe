import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultsError } from '../../lib/errors.ts';
import { parseAccounts, resolveOwners, usesNames } from './accounts.ts';
import { mergeTree } from '../merge/merge.ts';
import { fileEntry, packageOf } from '../testing/sample-tree.ts';
import type { MergedTree } from './tree.ts';

test('parseAccounts: as getpwnam reads them', () => {
  const text = 'root:x:0:0::/:/bin/sh\n# c:x:1:1\n\nadm:x:4:\nadm:x:5:\nbroken\n+::\nbig:x:4294967295:\nlast:x:65534';
  assert.deepEqual(
    [...parseAccounts(text)],
    [
      ['root', 0],
      ['adm', 4],
      ['last', 65534],
    ],
  );
});

const tree = (entries: Parameters<typeof packageOf>[0]): MergedTree =>
  mergeTree({ layers: [{ name: 'web', priority: 50, manifest: packageOf(entries, { name: 'web' }) }], defines: {} });
const accounts = { users: new Map([['www-data', 33]]), groups: new Map([['adm', 4]]) };

test('resolveOwners: names become numbers, numbers stay', () => {
  const named = tree([
    fileEntry('a', 'x', { user: 'www-data', group: 'adm' }),
    fileEntry('b', 'x', { user: 'www-data', uid: 7 }),
    fileEntry('c', 'x', { uid: 7 }),
  ]);
  assert.ok(usesNames(named));
  const resolved = resolveOwners(named, accounts);
  assert.deepEqual(
    resolved.entries.map((entry) => entry.type === 'file' && [entry.uid, entry.gid]),
    [
      [33, 4],
      [33, 0],
      [7, 0],
    ],
  );
  assert.ok(!usesNames(resolved));
  assert.ok(!usesNames(tree([fileEntry('c', 'x', { uid: 7 })])));
});

test('resolveOwners: every unknown name, with its path and package', () => {
  const named = tree([
    fileEntry('a', 'x', { user: 'nobody', group: 'nogroup' }),
    fileEntry('b', 'x', { user: 'gone' }),
  ]);
  assert.throws(
    () => resolveOwners(named, accounts),
    (error) => {
      assert.ok(error instanceof FaultsError);
      assert.deepEqual(
        error.faults.map(({ where, message }) => `${where}: ${message}`),
        [
          'a: package web gives it to user nobody, whom etc/passwd of the target does not have',
          'a: package web gives it to group nogroup, which etc/group of the target does not have',
          'b: package web gives it to user gone, whom etc/passwd of the target does not have',
        ],
      );
      return true;
    },
  );
});
