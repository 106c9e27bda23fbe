import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { readUptime, writeDue } from '../state/due-file.ts';
import { statePaths } from '../state/state-paths.ts';

const wrapper = join(import.meta.dirname, 'gutinteg-fleet');
const { bootId, seconds } = readUptime();
const other = '00000000-0000-4000-8000-000000000000';

const cases: readonly [what: string, due: string | undefined, starts: boolean][] = [
  ['nothing is set', undefined, true],
  ['the time has not come', `${bootId} ${seconds - 10} ${seconds + 600} 5`, false],
  ['the time has come', `${bootId} ${seconds - 10} ${seconds - 1} 5`, true],
  ['the line is not whole', `${bootId} ${seconds - 10} `, true],
  ['the line is none', '\0\0\0', true],
  ['the host was started anew, and its moment has not come', `${other} 1 2 ${seconds + 600}`, false],
  ['the host was started anew, and its moment has come', `${other} 1 ${seconds + 600} 0`, true],
  ['a container was started anew under the same kernel', `${bootId} ${seconds + 600} ${seconds + 900} 0`, true],
];

for (const [what, due, starts] of cases) {
  test(`${what}: the program is ${starts ? '' : 'not '}started`, async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'wrapper-'));
    t.after(() => rmSync(directory, { recursive: true }));
    writeFileSync(join(directory, 'node'), '#!/bin/sh\nshift 2\necho "started: $*"\n', { mode: 0o755 });
    if (due !== undefined) writeFileSync(join(directory, 'due'), `${due}\n`);
    const env = { GUTINTEG_FLEET_LIB: directory, STATE_DIRECTORY: directory };
    const { stdout } = await runCommand([wrapper, 'check-in', '--if-due'], { env });
    assert.equal(stdout, starts ? 'started: check-in --quiet\n' : '');
  });
}

test('the script reads what the program writes', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'wrapper-'));
  t.after(() => rmSync(directory, { recursive: true }));
  mkdirSync(join(directory, 'lib'));
  writeFileSync(join(directory, 'node'), '#!/bin/sh\necho started\n', { mode: 0o755 });
  const env = { GUTINTEG_FLEET_LIB: directory, STATE_DIRECTORY: directory };
  for (const [wait, said] of [
    [600, ''],
    [0, 'started\n'],
  ] as const) {
    writeDue(statePaths(directory), readUptime(), wait, 'A'.repeat(22));
    assert.equal((await runCommand([wrapper, 'check-in', '--if-due'], { env })).stdout, said);
  }
});

type Files = { readonly trust?: string; readonly next?: string; readonly nextAt?: number; readonly ordersAt?: number };

const orderCases: readonly [what: string, files: Files, starts: boolean][] = [
  ['no orders are accepted', { next: '0' }, false],
  ['it never ran', { trust: '{}' }, true],
  ['nothing has come since the last run', { trust: '{}', next: 'never' }, false],
  ['something has come since the last run', { trust: '{}', next: 'never', nextAt: 100, ordersAt: 101 }, true],
  ['the time of an order has not come', { trust: '{}', next: '99999999999' }, false],
  ['the time of an order has come', { trust: '{}', next: '1000' }, true],
  ['the line is none', { trust: '{}', next: 'x' }, true],
];

for (const [what, { trust, next, nextAt = 102, ordersAt = 101 }, starts] of orderCases) {
  test(`orders, ${what}: the program is ${starts ? '' : 'not '}started`, async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'wrapper-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const [state, executor] = [join(directory, 'state'), join(directory, 'executor')];
    mkdirSync(join(state, 'orders'), { recursive: true });
    mkdirSync(executor);
    writeFileSync(join(directory, 'node'), '#!/bin/sh\nshift\necho "started: ${1##*/} $2 $3"\n', { mode: 0o755 });
    if (trust !== undefined) writeFileSync(join(directory, 'trust'), trust);
    if (next !== undefined) writeFileSync(join(executor, 'next'), `${next}\n`);
    if (next !== undefined) utimesSync(join(executor, 'next'), nextAt, nextAt);
    utimesSync(join(state, 'orders'), ordersAt, ordersAt);
    const env = {
      GUTINTEG_FLEET_LIB: directory,
      STATE_DIRECTORY: state,
      GUTINTEG_FLEET_EXECUTOR: executor,
      GUTINTEG_FLEET_TRUST: join(directory, 'trust'),
    };
    const { stdout } = await runCommand([wrapper, 'run-orders', '--if-any'], { env });
    assert.equal(stdout, starts ? 'started: executor.mjs run-orders --quiet\n' : '');
  });
}

test('a report of an order makes a check-in due', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'wrapper-'));
  t.after(() => rmSync(directory, { recursive: true }));
  mkdirSync(join(directory, 'reports'));
  writeFileSync(join(directory, 'node'), '#!/bin/sh\necho started\n', { mode: 0o755 });
  writeFileSync(join(directory, 'due'), `${bootId} ${seconds - 10} ${seconds + 600} 5\n`);
  writeFileSync(join(directory, 'status.json'), '{}');
  const env = { GUTINTEG_FLEET_LIB: directory, STATE_DIRECTORY: directory, GUTINTEG_FLEET_EXECUTOR: directory };
  for (const [at, said] of [
    [99, ''],
    [101, 'started\n'],
  ] as const) {
    utimesSync(join(directory, 'status.json'), 100, 100);
    utimesSync(join(directory, 'reports'), at, at);
    assert.equal((await runCommand([wrapper, 'check-in', '--if-due'], { env })).stdout, said);
  }
});
