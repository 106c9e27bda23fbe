import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Action } from '../../contract/fleet/jobs/action.ts';
import type { Item } from '../../contract/fleet/inventory.ts';
import { findStaying, planAction } from './plan-action.ts';

const candidates: readonly Item[] = [
  ['ssl', 'amd64', '2', 'security', ''],
  ['ssl', 'i386', '2', 'security', ''],
  ['bash', 'amd64', '6', '', ''],
  ['linux', 'amd64', '7', 'held,security', ''],
  ['php', 'all', '8', 'phased', ''],
];
const upgrade = (more: Partial<Extract<Action, { do: 'upgrade' }>>): Action => ({
  do: 'upgrade',
  security: false,
  except: [],
  ...more,
});

const cases: readonly (readonly [what: string, Action, packages: string])[] = [
  ['security updates that are not held', upgrade({ security: true }), 'ssl:amd64 ssl:i386'],
  ['all but one', upgrade({ except: ['ssl'] }), 'bash:amd64'],
  [
    'security updates of some',
    upgrade({ security: true, packages: [{ name: 'ssl', arch: 'i386' }, { name: 'bash' }] }),
    'ssl:i386',
  ],
  ['no security update', upgrade({ security: true, except: ['ssl'] }), 'nothing'],
  ['all, as the package system does it', upgrade({}), 'as it was'],
  ['those that are named', upgrade({ packages: [{ name: 'linux' }] }), 'as it was'],
  ['another action', { do: 'update-lists' }, 'as it was'],
];

suite('what one host is to do', () => {
  for (const [what, action, packages] of cases) {
    test(what, () => {
      const planned = planAction(action, candidates);
      if (planned === undefined) return assert.equal(packages, 'nothing');
      if (planned === action) return assert.equal(packages, 'as it was');
      assert.ok(planned.do === 'upgrade' && planned.except.length === 0);
      assert.equal(planned.packages?.map(({ name, arch }) => `${name}:${arch}`).join(' '), packages);
    });
  }
});

test('what stays is named with its reasons', () => {
  assert.deepEqual(findStaying(upgrade({ except: ['bash', 'linux'] }), candidates), [
    { name: 'bash', why: 'excepted' },
    { name: 'linux', why: 'held, excepted' },
    { name: 'php', why: 'phased' },
  ]);
  assert.deepEqual(findStaying(upgrade({ packages: [{ name: 'ssl' }] }), candidates), []);
});
