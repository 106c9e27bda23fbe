import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
