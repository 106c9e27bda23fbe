import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideUser } from './decide-user.ts';
import type { Decision, Situation } from './decide-user.ts';

const root: Situation = { uid: 0, confined: false, asked: undefined, stateOwner: undefined, hasServiceUser: false };
const become = (user: string): Decision => ({ kind: 'become', user });

const CASES: readonly (readonly [string, Partial<Situation>, Decision])[] = [
  ['somebody who is not root', { uid: 1000, asked: 'nobody', hasServiceUser: true }, { kind: 'stay' }],
  [
    'root that has nothing left, as after the change to --user root',
    { confined: true, asked: 'root' },
    { kind: 'stay' },
  ],
  ['root without any user', {}, { kind: 'make', user: 'gutinteg' }],
  ['root that was told, without that user', { asked: 'alice' }, become('alice')],
  ['root, with the user gutinteg', { hasServiceUser: true }, become('gutinteg')],
  ['root, with a state that is somebody’s', { hasServiceUser: true, stateOwner: '1000' }, become('1000')],
  ['root that was told', { hasServiceUser: true, stateOwner: '1000', asked: 'alice' }, become('alice')],
  ['root that was told to stay root', { hasServiceUser: true, asked: 'root' }, become('root')],
];

for (const [name, situation, decision] of CASES) {
  test(name, () => {
    assert.deepEqual(decideUser({ ...root, ...situation }), decision);
  });
}
