import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MediumMachine } from '../../contract/medium.ts';
import type { Mac } from '../../lib/mac.ts';
import { chooseMachine } from './choose-machine.ts';

const [A, B, C] = ['52:54:00:00:00:0a', '52:54:00:00:00:0b', '52:54:00:00:00:0c'] as Mac[] as [Mac, Mac, Mac];
const machine = (name: string, ...macs: Mac[]) => ({ macs, lookup: { name } }) as unknown as MediumMachine;
const medium = { buildId: '0123456789abcdef', machines: [machine('one', A, B), machine('two', C)] };

test('the machine whose card the medium names is installed, by that card', () => {
  const chosen = chooseMachine(medium, [B]);
  assert('machine' in chosen);
  assert.deepEqual([chosen.machine.lookup.name, chosen.mac], ['one', B]);
});

for (const [name, macs, why] of [
  [
    'another machine',
    ['52:54:00:00:00:0d' as Mac],
    /installs one \(.*0a, .*0b\); two \(.*0c\); .* this machine are .*0d$/,
  ],
  ['a machine without cards', [], /this machine are none$/],
  ['a machine that would be two', [A, C], /takes this machine for one and two/],
] as const) {
  test(`${name} is left alone`, () => {
    const chosen = chooseMachine(medium, macs);
    assert('leave' in chosen);
    assert.match(chosen.leave, why);
  });
}
