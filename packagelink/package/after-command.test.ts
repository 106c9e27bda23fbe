import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readPackageSettings } from './package-settings.ts';

async function read(yaml: string) {
  const dir = mkdtempSync(join(tmpdir(), 'settings-'));
  try {
    writeFileSync(join(dir, '.packagelink.yaml'), yaml);
    return (await readPackageSettings(dir)).after;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test('what is left out has its default', async () => {
  assert.deepEqual(await read('after:\n  - paths: [etc/ssh/**]\n    run: [systemctl, restart, ssh]\n'), [
    { paths: ['etc/ssh/**'], run: ['systemctl', 'restart', 'ssh'], timeoutSeconds: 60, order: 50, in: ['system'] },
  ]);
});

test('everything can be said', async () => {
  const yaml = 'after: [{ paths: [a, b], run: [/bin/x], timeout: 5m, order: 90, in: [system, install, chroot] }]';
  assert.deepEqual(await read(yaml), [
    { paths: ['a', 'b'], run: ['/bin/x'], timeoutSeconds: 300, order: 90, in: ['system', 'install', 'chroot'] },
  ]);
});

const refused: [yaml: string, message: RegExp][] = [
  ['{ paths: [a], run: systemctl restart ssh }', /after\.0\.run.*a list of a program/],
  ['{ paths: [a], run: [] }', /after\.0\.run/],
  ['{ paths: [a], run: [sleep, 5] }', /after\.0\.run\.1.*put numbers in quotes/],
  ['{ paths: [a], run: [bin/x] }', /after\.0\.run\.0.*absolute path/],
  ['{ paths: [a], run: [""] }', /after\.0\.run\.0.*absolute path/],
  ['{ paths: [], run: [x] }', /after\.0\.paths/],
  ['{ paths: [../a], run: [x] }', /'\.\.\/a' is not a pattern/],
  ['{ paths: [a], run: [x], timeout: 60 }', /after\.0\.timeout.*60s, 5m or 1h/],
  ['{ paths: [a], run: [x], timeout: 0s }', /after\.0\.timeout/],
  ['{ paths: [a], run: [x], timeout: 25h }', /at most 24h/],
  ['{ paths: [a], run: [x], order: -1 }', /after\.0\.order/],
  ['{ paths: [a], run: [x], in: [ramdisk] }', /after\.0\.in\.0/],
  ['{ paths: [a], run: [x], shell: true }', /shell/],
];

for (const [yaml, message] of refused) {
  test(`refused: ${yaml}`, async () => assert.rejects(read(`after:\n  - ${yaml}\n`), { message }));
}
