import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FaultsError, UserError } from '../lib/errors.ts';
import { loadMachdb } from './load.ts';

async function makeDir(files: Record<string, string | Uint8Array>) {
  const path = await mkdtemp(join(tmpdir(), 'machdb-'));
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

test('reads *.db in the order of their names, and nothing else', async () => {
  await using dir = await makeDir({
    'b.db': 'b:',
    'B.db': 'capital:',
    'a.db': 'a:',
    '10.db': 'ten:',
    '9.db': 'nine:',
    '.hidden.db': '=',
    'a.db~': '=',
    README: '=',
  });
  const db = await loadMachdb(dir.path);
  assert.deepEqual([...db.objects.keys()], ['ten', 'nine', 'capital', 'a', 'b']);
});

test('faults of encoding and of grammar are reported together', async () => {
  await using dir = await makeDir({
    'a.db': Buffer.from('x:\nA=gr\xfcn\nB=ok\nC=\xe2\x82', 'latin1'),
    'b.db': 'x: y',
    'c.db': '\uFEFFz:\r\n  A=grün\r\n',
  });
  await assert.rejects(loadMachdb(dir.path), (error) => {
    assert.ok(error instanceof FaultsError);
    assert.deepEqual(
      error.faults.map(({ where, line, message }) => `${where.slice(dir.path.length)}:${line}: ${message}`),
      [
        '/a.db:2: not UTF-8',
        '/a.db:4: not UTF-8',
        '/b.db:1: x is already defined in ' + dir.path + '/a.db:1',
        '/b.db:1: x inherits from y, which is not defined',
      ],
    );
    return true;
  });
});

test('what cannot be read is said, with exit code 2', async () => {
  await using dir = await makeDir({ README: '' });
  const isBadInput = (message: RegExp) => (error: unknown) =>
    error instanceof UserError && error.exitCode === 2 && message.test(error.message);
  await assert.rejects(loadMachdb(dir.path), isBadInput(/^no file \*\.db in /));
  await assert.rejects(loadMachdb(join(dir.path, 'none')), isBadInput(/^cannot read the machine database in /));
  await mkdir(join(dir.path, 'x.db'));
  await assert.rejects(loadMachdb(dir.path), isBadInput(/^cannot read .*x\.db$/));
});
