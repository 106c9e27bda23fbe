import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { dpkg } from '../../package-systems/dpkg/dpkg.ts';
import { rpm } from '../../package-systems/rpm/rpm.ts';
import { listSources } from './list-sources.ts';

test('the files of sources, in the order of apt and dnf, without passwords', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'sources-'));
  t.after(() => rmSync(root, { recursive: true }));
  const files = {
    '/etc/apt/sources.list': 'deb https://me:secret@a.test/debian stable main\n',
    '/etc/apt/sources.list.d/b.sources': 'Types: deb\n',
    '/etc/apt/sources.list.d/b.save': 'old\n',
    '/etc/apt/auth.conf': 'machine a.test login me password secret\n',
    '/etc/yum.repos.d/c.repo': '[c]\nusername=me\npassword = secret\n',
  };
  for (const directory of ['etc/apt/sources.list.d', 'etc/yum.repos.d'])
    mkdirSync(join(root, directory), { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
  assert.deepEqual(listSources(dpkg.sources.patterns, root), [
    { file: '/etc/apt/sources.list', text: 'deb https://***@a.test/debian stable main\n' },
    { file: '/etc/apt/sources.list.d/b.sources', text: 'Types: deb\n' },
  ]);
  assert.deepEqual(listSources(rpm.sources.patterns, root), [
    { file: '/etc/yum.repos.d/c.repo', text: '[c]\nusername=***\npassword =***\n' },
  ]);
});
