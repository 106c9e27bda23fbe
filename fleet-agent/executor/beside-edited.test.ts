import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { editedSince, listBeside } from './beside-edited.ts';

test('files beside which something new lies, also what lay there before and is new', (t) => {
  const etc = mkdtempSync(join(tmpdir(), 'beside-'));
  t.after(() => rmSync(etc, { recursive: true }));
  const endings = ['.dpkg-dist', '.ucf-dist'];
  mkdirSync(join(etc, 'deep/er'), { recursive: true });
  symlinkSync('/', join(etc, 'deep/root'));
  const put = (name: string): void => writeFileSync(join(etc, name), 'new');
  for (const name of ['old.conf.dpkg-dist', 'again.conf.dpkg-dist', 'mine.dpkg-old']) put(name);
  const before = listBeside(endings, etc);
  rmSync(join(etc, 'again.conf.dpkg-dist'));
  for (const name of ['again.conf.dpkg-dist', 'deep/er/new.conf.ucf-dist']) put(name);
  const found = editedSince({ ...before, [join(etc, 'again.conf.dpkg-dist')]: 1 }, listBeside(endings, etc), endings);
  assert.deepEqual(found, [join(etc, 'again.conf'), join(etc, 'deep/er/new.conf')]);
  assert.deepEqual(editedSince(before, before, endings), []);
});
