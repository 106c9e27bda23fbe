import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Action, PackageChangeRecord } from '../../contract/fleet/jobs/action.ts';
import type { Item } from '../../contract/fleet/inventory.ts';
import { decideVerified, verifiedNames } from './decide-verified.ts';
import type { Verified } from './decide-verified.ts';

const upgrade: Action = { do: 'upgrade', security: false, except: [] };
const hold: Action = { do: 'hold', packages: [{ name: 'bash' }] };
const change = (name: string, before: string | null, after: string | null): PackageChangeRecord => ({
  name,
  arch: 'amd64',
  before,
  after,
});
const item = (name: string, version: string, flags = '', arch = 'amd64'): Item => [name, arch, version, flags, ''];

const cases: readonly (readonly [what: string, Partial<Verified>, says: string | undefined])[] = [
  ['as expected', { expected: [change('ssl', '1', '2')], installed: [item('ssl', '2')] }, undefined],
  [
    'the old version',
    { expected: [change('ssl', '1', '2')], installed: [item('ssl', '1')] },
    'its list still has ssl 1',
  ],
  ['a new package is missing', { expected: [change('ssl', null, '2')] }, 'its list has no ssl 2'],
  [
    'of another architecture',
    { expected: [change('ssl', null, '2')], installed: [item('ssl', '2', '', 'i386')] },
    'its list has no ssl 2',
  ],
  [
    'a kernel beside the old one',
    { expected: [change('linux', null, '2')], installed: [item('linux', '1'), item('linux', '2')] },
    undefined,
  ],
  ['gone', { expected: [change('ssl', '1', null)] }, undefined],
  ['not gone', { expected: [change('ssl', '1', null)], installed: [item('ssl', '1')] }, 'its list still has ssl 1'],
  ['an old kernel gone', { expected: [change('linux', '1', null)], installed: [item('linux', '2')] }, undefined],
  [
    'many',
    { expected: ['a', 'b', 'c', 'd'].map((name) => change(name, null, '1')) },
    'its list has no a 1, has no b 1, has no c 1, and 1 more',
  ],
  ['broken', { broken: ['ssl is half-configured'] }, 'its package system is not in order: ssl is half-configured'],
  [
    'broken, which a hold does not mend',
    { action: hold, installed: [item('bash', '5', 'auto,held')], broken: ['x'] },
    undefined,
  ],
  ['not held', { action: hold, installed: [item('bash', '5')] }, 'its list does not have bash as held'],
  [
    'held of one architecture, as it was wanted',
    {
      action: { do: 'hold', packages: [{ name: 'bash', arch: 'i386' }] },
      installed: [item('bash', '5'), item('bash', '5', 'held', 'i386')],
    },
    undefined,
  ],
  [
    'still held',
    { action: { ...hold, do: 'unhold' }, installed: [item('bash', '5', 'held')] },
    'its list still has bash as held',
  ],
];

suite('whether a host is as its order should have made it', () => {
  for (const [what, changes, says] of cases) {
    test(what, () => {
      const found = decideVerified({ action: upgrade, expected: [], installed: [], broken: [], ...changes });
      assert.equal(found, says === undefined ? undefined : `it says done, but ${says}`);
    });
  }
});

test('all that is looked at is asked for', () => {
  const expected = [change('a', null, '1'), change('a', '1', null)];
  assert.deepEqual(verifiedNames({ action: hold, expected }), ['a', 'bash']);
});
