import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterOccurrence } from './transitions.ts';
import type { Life, MachineState, Occurrence } from './transitions.ts';

const LIFE: Life = {
  state: 'unknown',
  reason: undefined,
  stateBefore: 'unknown',
  attempts: 0,
  attemptsAllowed: 3,
  localBoots: 0,
  lastStep: undefined,
};

const ARM: Occurrence = { kind: 'armed', attemptsAllowed: 3 };
const GIVE: Occurrence = { kind: 'installer-given' };
const EDIT: Occurrence = { kind: 'disarmed', why: 'the record was edited' };
const FAIL: Occurrence = { kind: 'install-failed', message: 'no disk fits', step: 'partition', retry: false };
const TRY_AGAIN: Occurrence = { kind: 'install-failed', message: 'server away', retry: true };
const REBOOT: Occurrence = { kind: 'rebooting' };
const BOOTED: Occurrence = { kind: 'first-boot', ok: true, errors: [] };
const UNWELL: Occurrence = { kind: 'first-boot', ok: false, errors: ['sshd: not running'] };
const USED_UP: Occurrence = { kind: 'attempts-used-up' };

const STORIES: readonly { story: readonly Occurrence[]; state: MachineState; reason?: RegExp; attempts?: number }[] = [
  { story: [ARM], state: 'armed' },
  { story: [ARM, GIVE], state: 'installing', attempts: 1 },
  { story: [ARM, GIVE, GIVE], state: 'installing', attempts: 2 },
  { story: [ARM, GIVE, REBOOT], state: 'booting' },
  { story: [ARM, GIVE, REBOOT, BOOTED], state: 'installed' },
  { story: [ARM, GIVE, BOOTED], state: 'installed' },
  { story: [ARM, GIVE, REBOOT, UNWELL], state: 'booting', reason: /sshd: not running/ },
  { story: [ARM, GIVE, REBOOT, UNWELL, BOOTED], state: 'installed' },
  { story: [ARM, GIVE, FAIL], state: 'failed', reason: /^partition: no disk fits$/ },
  { story: [ARM, GIVE, TRY_AGAIN], state: 'installing', reason: /server away/ },
  { story: [ARM, GIVE, TRY_AGAIN, GIVE], state: 'installing', attempts: 2 },
  {
    story: [ARM, GIVE, { kind: 'step', step: 'unpack' }, USED_UP],
    state: 'failed',
    reason: /^no attempt of 3 reached the installed system; last step: unpack$/,
  },
  { story: [ARM, EDIT], state: 'unknown', reason: /disarmed: the record was edited/ },
  { story: [ARM, GIVE, EDIT], state: 'failed', reason: /disarmed during the installation/ },
  { story: [ARM, GIVE, REBOOT, BOOTED, ARM, EDIT], state: 'installed', reason: /disarmed/ },
  { story: [ARM, GIVE, REBOOT, BOOTED, ARM, ARM, EDIT], state: 'installed', reason: /disarmed/ },
  { story: [ARM, GIVE, REBOOT, BOOTED, ARM], state: 'armed', attempts: 0 },
  { story: [ARM, GIVE, FAIL, ARM, GIVE], state: 'installing', attempts: 1 },
  { story: [GIVE], state: 'unknown', attempts: 0 },
  { story: [REBOOT], state: 'unknown' },
  { story: [BOOTED], state: 'unknown' },
  { story: [ARM, BOOTED], state: 'armed' },
  { story: [ARM, GIVE, FAIL, REBOOT], state: 'failed', reason: /no disk fits/ },
  { story: [ARM, GIVE, FAIL, BOOTED], state: 'failed', reason: /no disk fits/ },
  { story: [ARM, GIVE, REBOOT, BOOTED, FAIL], state: 'installed' },
];

for (const { story, state, reason, attempts } of STORIES) {
  test(`${story.map(({ kind }) => kind).join(', ')} → ${state}`, () => {
    const life = story.reduce(afterOccurrence, LIFE);
    assert.equal(life.state, state);
    if (reason !== undefined) assert.match(life.reason ?? '', reason);
    else assert.equal(life.reason, undefined);
    if (attempts !== undefined) assert.equal(life.attempts, attempts);
  });
}

test('netboots of a booting machine are counted, others are not', () => {
  const booted: Occurrence = { kind: 'booted-locally' };
  assert.equal([ARM, GIVE, REBOOT, booted, booted].reduce(afterOccurrence, LIFE).localBoots, 2);
  assert.equal([booted].reduce(afterOccurrence, LIFE).localBoots, 0);
});
