import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionSchema } from '../../contract/fleet/jobs/action.ts';
import type { Action } from '../../contract/fleet/jobs/action.ts';
import type { Item } from '../../contract/fleet/inventory.ts';
import { decideVerified, verifiedNames } from '../jobs/decide-verified.ts';
import { candidatesAfter, installedAfter, stepOf } from './change-lists.ts';

const item = (text: string): Item => {
  const [name = '', version = '', flags = ''] = text.split(' ');
  return [name, 'amd64', version, flags, ''];
};
const lists = {
  installed: ['bash 5', 'curl 7', 'jq 1', 'vim 9'].map(item),
  candidates: ['bash 6', 'curl 8 held,security', 'jq 2 security', 'unheard-of 1'].map(item),
};

const jq = { name: 'jq' };
const cases: readonly (readonly [asked: unknown, changes: string])[] = [
  [{ do: 'upgrade' }, 'bash 5 6, jq 1 2'],
  [{ do: 'upgrade', except: ['bash'] }, 'jq 1 2'],
  [{ do: 'upgrade', packages: [jq, { name: 'vim' }] }, 'jq 1 2'],
  [{ do: 'install', packages: [jq, { name: 'htop' }] }, 'jq 1 2, htop null 1+sim1'],
  [{ do: 'install', packages: [{ name: 'htop', version: '3' }] }, 'htop null 3'],
  [{ do: 'downgrade', packages: [{ ...jq, version: '0.9' }] }, 'jq 1 0.9'],
  [{ do: 'remove', packages: [jq, { name: 'htop' }] }, 'jq 1 null'],
  [{ do: 'restore', changes: [{ name: 'jq', arch: 'amd64', before: '1', after: '0.9' }] }, 'jq 1 0.9'],
  [{ do: 'hold', packages: [jq] }, ''],
  [{ do: 'update-lists' }, ''],
];

test('an action changes what it is about, and the server then finds its list as it should be', () => {
  for (const [asked, expected] of cases) {
    const action: Action = actionSchema.parse(asked);
    const step = stepOf(action, lists);
    const words = step.changes.map(({ name, before, after }) => `${name} ${before} ${after}`);
    assert.equal(words.join(', '), expected, JSON.stringify(asked));
    const all = installedAfter(lists.installed, step);
    const names = verifiedNames({ action, expected: step.changes });
    const installed = all.filter(([name]) => names.includes(name));
    assert.equal(decideVerified({ action, expected: step.changes, installed, broken: [] }), undefined);
    const after = { installed: all, candidates: candidatesAfter(lists.candidates, step) };
    assert.deepEqual(stepOf(action, after).changes, action.do === 'restore' ? step.changes : [], 'nothing is left');
  }
});

test('what was upgraded is no candidate any more; a package that is held says so, until it is not', () => {
  const upgraded = stepOf(actionSchema.parse({ do: 'upgrade' }), lists);
  const names = candidatesAfter(lists.candidates, upgraded).map(([name]) => name);
  assert.deepEqual(names, ['curl', 'unheard-of']);
  const held = stepOf(actionSchema.parse({ do: 'hold', packages: [jq] }), lists);
  const flagsOf = (items: readonly Item[]): string | undefined => items.find(([name]) => name === 'jq')?.[3];
  const [installed, candidates] = [installedAfter(lists.installed, held), candidatesAfter(lists.candidates, held)];
  assert.deepEqual([flagsOf(installed), flagsOf(candidates)], ['held', 'held,security']);
  const released = stepOf(actionSchema.parse({ do: 'unhold', packages: [jq] }), { installed, candidates });
  assert.deepEqual(installedAfter(installed, released), lists.installed);
  assert.deepEqual(candidatesAfter(candidates, released), lists.candidates);
});
