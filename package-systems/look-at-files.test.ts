import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { lookAtFiles } from './look-at-files.ts';
import type { ClaimedFile } from './package-system.ts';

let root = '';
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'files-'));
  await mkdir(join(root, 'etc'));
  const { uid, gid } = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  await writeFile(join(root, 'etc/passwd'), `nobody:x:65534:65534:::\nsomebody:x:${uid}:${gid}::/:/bin/sh\n`);
  await writeFile(join(root, 'etc/group'), `some:x:${gid}:\n`);
  await writeFile(join(root, 'file'), '12345', { mode: 0o640 });
  await symlink('/no/where', join(root, 'link'));
});
after(async () => rm(root, { recursive: true }));

const claim = (path: string, status: ClaimedFile['status'], mayBeMissing = false): ClaimedFile => ({
  path,
  status,
  mayBeMissing,
  isConfiguration: false,
  differs: [],
});

for (const [claimed, expected] of [
  [claim('/file', 'ok'), 'file somebody some 0640 5 ok'],
  [claim('/file', 'changed'), 'file somebody some 0640 5 changed'],
  [claim('/file', 'unchecked'), 'file somebody some 0640 5 unknown'],
  [claim('/file', 'missing'), 'file somebody some 0640 5 unknown'],
  [claim('/etc', 'unchecked'), 'directory somebody some 0755 ok'],
  [claim('/link', 'ok'), 'link somebody some 0777 9 ok /no/where'],
  [claim('/gone', 'ok'), 'missing    0 missing'],
  [claim('/file/below', 'unknown'), 'missing    0 missing'],
  [claim('/gone.log', 'ok', true), 'missing    0 ok'],
] as const) {
  test(`${claimed.path}, ${claimed.status} by the package system`, async () => {
    const [seen, ...others] = await lookAtFiles([claimed], root);
    assert.equal(others.length, 0);
    const { type, owner, group, mode, sizeBytes, status, target } = seen ?? assert.fail();
    const size = type === 'directory' ? '' : `${sizeBytes} `;
    assert.equal(
      `${type} ${owner} ${group} ${mode} ${size}${status}${target === undefined ? '' : ` ${target}`}`,
      expected,
    );
  });
}
