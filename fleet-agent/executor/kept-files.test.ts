import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { changeFiles } from './kept-files.ts';

function place(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'kept-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const [kept, old, fresh] = ['kept.json', 'old', 'new/fresh'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(old, 'before\n');
  return { kept, old, fresh };
}

test('files that were changed are put back by whoever comes after a crash', (t) => {
  const { kept, old, fresh } = place(t);
  changeFiles(kept, { [old]: 'after\n', [fresh]: 'fresh\n' }).make();
  assert.equal(readFileSync(old, 'utf8'), 'after\n');
  assert.equal(statSync(fresh).mode & 0o777, 0o644);
  const again = changeFiles(kept, { [old]: 'after\n', [fresh]: 'fresh\n' });
  again.takeBack();
  assert.deepEqual([readFileSync(old, 'utf8'), existsSync(fresh)], ['before\n', false]);
  // Before anything was changed, nothing is put back.
  writeFileSync(old, 'mine\n');
  again.takeBack();
  assert.equal(readFileSync(old, 'utf8'), 'mine\n');
});

test('what is done stays', (t) => {
  const { kept, old } = place(t);
  const files = changeFiles(kept, { [old]: undefined });
  files.make();
  files.keep();
  files.takeBack();
  assert.deepEqual([existsSync(old), existsSync(kept)], [false, false]);
});
