import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planHandOver } from './plan-hand-over.ts';
import type { HandOverStep, Observed } from './plan-hand-over.ts';
import { stateLayout } from './state-layout.ts';

const SERVICE = { uid: 997, gid: 996 };
const observe = (kind: Observed['kind'], mode: number, owner = { uid: 0, gid: 0 }): Observed => ({
  kind,
  mode,
  ...owner,
});

/** Applies steps to what was observed. */
function follow(before: ReadonlyMap<string, Observed>, steps: readonly HandOverStep[]): Map<string, Observed> {
  const after = new Map(before);
  for (const step of steps) {
    const now = after.get(step.path);
    if (step.do === 'make') after.set(step.path, observe(step.kind, step.mode));
    else if (now === undefined) assert.fail(`${step.do} of ${step.path}, which is not there`);
    else if (step.do === 'chmod') after.set(step.path, { ...now, mode: step.mode });
    else after.set(step.path, { ...now, uid: step.uid, gid: step.gid });
  }
  return after;
}

test('a directory that is missing is made whole, parents first, and then nothing is left to do', () => {
  const made = follow(new Map(), planHandOver(new Map(), SERVICE));
  assert.deepEqual(
    [...made.keys()],
    stateLayout.filter((place) => place.made).map((place) => place.path),
  );
  assert.deepEqual(made.get(''), observe('directory', 0o1770, { uid: 0, gid: 996 }));
  assert.deepEqual(made.get('keys'), observe('directory', 0o700, SERVICE));
  assert.deepEqual(made.get('boot'), observe('directory', 0o755));
  assert.deepEqual(planHandOver(made, SERVICE), []);
});

test('of root’s state, what the server writes becomes its own, deepest first, and the rest stays', () => {
  const before = new Map([
    ['', observe('directory', 0o750)],
    ['keys', observe('directory', 0o700)],
    ['keys/site.key', observe('file', 0o600)],
    ['disks', observe('directory', 0o700)],
    ['disks/id', observe('directory', 0o700)],
    ['disks/id/1-1.json', observe('file', 0o600)],
    ['netboot.db', observe('file', 0o600)],
    ['boot', observe('directory', 0o755)],
  ]);
  const steps = planHandOver(before, SERVICE);
  const after = follow(before, steps);
  for (const path of ['keys', 'keys/site.key', 'disks/id', 'disks/id/1-1.json', 'netboot.db']) {
    assert.equal(after.get(path)?.uid, SERVICE.uid, path);
  }
  assert.equal(after.get('boot')?.uid, 0);
  const order = steps.filter((step) => step.do === 'chown').map((step) => step.path);
  assert.ok(order.indexOf('disks/id/1-1.json') < order.indexOf('disks/id'));
  assert.ok(order.indexOf('disks/id') < order.indexOf('disks'));
});

test('what is the server’s already is not touched, as it could put a link in its place', () => {
  const whole = follow(new Map(), planHandOver(new Map(), SERVICE));
  whole.set('keys', observe('directory', 0o777, SERVICE)).set('netboot.db', observe('file', 0o666, SERVICE));
  assert.deepEqual(planHandOver(whole, SERVICE), []);
});

test('links are left alone', () => {
  const steps = planHandOver(
    new Map([
      ['', observe('directory', 0o750)],
      ['boot', observe('link', 0o777)],
      ['store', observe('link', 0o777)],
    ]),
    SERVICE,
  );
  assert.deepEqual(
    steps.filter(({ path }) => path === 'boot' || path === 'store'),
    [],
  );
});
