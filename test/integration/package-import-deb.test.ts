// Debian packages, made by dpkg-deb and by hand; dpkg-deb is the other reader.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { archive as tarBytes, member } from '../../site/import/sample-tar.ts';
import { listTree, setUp } from './package-import-lab.ts';
import type { ImportLab } from './package-import-lab.ts';
import { put } from './packagelink-lab.ts';

const CONTROL =
  'Package: lab-tools\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b.example>\nDepends: libc6 (>= 2.36),\n adduser\nDescription: x\n';

function build({ source, dir }: ImportLab, ...words: string[]): string {
  const file = join(dir, 'lab-tools.deb');
  execFileSync('dpkg-deb', ['--root-owner-group', ...words, '--build', source, file], { stdio: 'ignore' });
  return file;
}

for (const compression of ['gzip', 'xz', 'zstd', 'none']) {
  test(`import: dpkg-deb unpacks a package with ${compression} to the same files`, async (context) => {
    const lab = setUp(context);
    put(lab.source, 'DEBIAN/control', CONTROL);
    put(lab.source, 'usr/bin/tool', '#!/bin/sh\n', 0o755);
    put(lab.source, `usr/share/${'long/'.repeat(40)}name`, 'x');
    mkdirSync(join(lab.source, 'var/lib/empty'), { recursive: true });
    const { name } = await lab.take(build(lab, `-Z${compression}`));
    assert.equal(name, 'lab-tools');
    const theirs = join(lab.dir, 'theirs');
    execFileSync('dpkg-deb', ['--extract', join(lab.dir, 'lab-tools.deb'), theirs]);
    const ours = listTree(join(lab.siteDir, 'packages/lab-tools'));
    assert.deepEqual(
      ours.filter((line) => !line.startsWith('.packagelink.yaml')),
      listTree(theirs),
    );
  });
}

test('import: the notes name what dpkg would have done', async (context) => {
  const lab = setUp(context);
  put(lab.source, 'DEBIAN/control', CONTROL);
  put(lab.source, 'DEBIAN/conffiles', '/etc/a.conf\n/etc/b.conf\n');
  put(lab.source, 'DEBIAN/triggers', '# nothing\nactivate-noawait ldconfig\n');
  put(lab.source, 'DEBIAN/templates', 'Template: lab-tools/port\nType: string\nDescription: Port\n');
  put(lab.source, 'DEBIAN/config', '#!/bin/sh\n', 0o755);
  const script = `#!/bin/sh\n# update-alternatives is not called\ndpkg-divert --add --rename /usr/bin/x\nadduser --system lab\ntouch ${lab.dir}/ran\n`;
  put(lab.source, 'DEBIAN/postinst', script, 0o755);
  put(lab.source, 'DEBIAN/prerm', '#!/bin/sh\nsystemctl stop lab\n', 0o755);
  put(lab.source, 'etc/a.conf', 'a');
  put(lab.source, 'etc/b.conf', 'b');
  const { notes } = await lab.take(build(lab));
  assert.deepEqual(notes, [
    'conffiles become plain files, and changes on machines are undone: etc/a.conf, etc/b.conf; to keep changes, name them under mutable: or pin: in .packagelink.yaml',
    'not imported: triggers (activate-noawait ldconfig); after: in .packagelink.yaml runs commands',
    'not imported: debconf (config, templates): 1 question is not asked, and what follows from the answer is not written',
    'not looked at: what it depends on (libc6 (>= 2.36), adduser)',
    'lost with the scripts: diversions: files of other packages are not moved out of the way',
    'lost with the scripts: accounts that the package would create',
    'lost with the scripts: enabling and starting of services',
    'not imported: what dpkg would run (postinst, prerm)',
  ]);
  assert.equal(existsSync(join(lab.dir, 'ran')), false);
});

const control = tarBytes(member({ name: './control', data: CONTROL }));
const data = tarBytes(member({ name: './usr/a', data: 'a' }));
const other = tarBytes(member({ name: './usr/other', data: 'a' }));

/** A part of an ar archive; `field` is its size as it stands. */
function part(name: string, bytes: Buffer | string, field?: string): Buffer {
  const body = Buffer.from(bytes);
  const header = `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${(field ?? String(body.length)).padEnd(10)}\`\n`;
  return Buffer.concat([Buffer.from(header), body, Buffer.alloc(body.length % 2, '\n')]);
}

function deb(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from('!<arch>\n'), ...parts]);
}

const version = part('debian-binary', '2.0\n');

test('import: a package by hand, with what tools for signatures add', async (context) => {
  const lab = setUp(context);
  const parts = [
    version,
    part('_x', 'odd'),
    part('control.tar/', control),
    part('data.tar', data),
    part('_gpgorigin', 'sig'),
  ];
  writeFileSync(lab.archive, deb(...parts));
  assert.equal((await lab.take(lab.archive)).name, 'lab-tools');
  assert.deepEqual(readdirSync(join(lab.siteDir, 'packages/lab-tools/usr')), ['a']);
  assert.match(execFileSync('dpkg-deb', ['--contents', lab.archive], { encoding: 'utf8' }), /\.\/usr\/a\n$/);
});

const ORDER = /debian-binary, control\.tar and data\.tar in this order/;

const hostile: readonly (readonly [what: string, bytes: Buffer, message: RegExp])[] = [
  [
    'a second data.tar',
    deb(version, part('control.tar', control), part('data.tar', data), part('data.tar', other)),
    ORDER,
  ],
  [
    'a second data.tar of another kind',
    deb(version, part('control.tar', control), part('data.tar.gz', data), part('data.tar', other)),
    ORDER,
  ],
  ['data before control', deb(version, part('data.tar', data), part('control.tar', control)), ORDER],
  ['no version', deb(part('control.tar', control), part('data.tar', data)), ORDER],
  [
    'another version',
    deb(part('debian-binary', '3.0\n'), part('control.tar', control), part('data.tar', data)),
    /of another version than 2/,
  ],
  ['no data', deb(version, part('control.tar', control)), ORDER],
  ['nothing', deb(), ORDER],
  ['a name with a slash', deb(version, part('../control.tar', control), part('data.tar', data)), /no header of a part/],
  [
    'a name in a table',
    deb(version, part('//', 'control.tar/\n'), part('/0', control), part('data.tar', data)),
    /no header of a part/,
  ],
  ['a negative size', deb(version, part('control.tar', control, '-1'), part('data.tar', data)), /no header of a part/],
  [
    'a size beyond the end',
    deb(version, part('control.tar', control), part('data.tar', data, '9999999')),
    /the package is cut off: data\.tar/,
  ],
  ['half a package', deb(version, part('control.tar', control), part('data.tar', data)).subarray(0, -900), /cut off/],
  [
    'an archive that goes on in the next part',
    deb(
      version,
      part('control.tar', control),
      part('data.tar', data.subarray(0, 1024)),
      part('_next', Buffer.alloc(1024)),
    ),
    /the archive is cut off/,
  ],
  [
    'settings',
    deb(version, part('control.tar', control), part('data.tar', tarBytes(member({ name: './.packagelink.yaml' })))),
    /is the name of the settings/,
  ],
  [
    'a directory among the control files',
    deb(version, part('control.tar', tarBytes(member({ name: 'd/x' }))), part('data.tar', data)),
    /more than the control files/,
  ],
  [
    'a link among the control files',
    deb(
      version,
      part('control.tar', tarBytes(member({ name: 'control', type: '2', link: '/etc/passwd' }))),
      part('data.tar', data),
    ),
    /more than the control files/,
  ],
  [
    'control twice',
    deb(
      version,
      part('control.tar', tarBytes(member({ name: 'control', data: CONTROL }), member({ name: './control' }))),
      part('data.tar', data),
    ),
    /more than the control files/,
  ],
  [
    'no control file',
    deb(version, part('control.tar', tarBytes(member({ name: 'md5sums' }))), part('data.tar', data)),
    /not a package name/,
  ],
  [
    'a name that leads elsewhere',
    deb(
      version,
      part('control.tar', tarBytes(member({ name: 'control', data: 'Package: ../../etc\n' }))),
      part('data.tar', data),
    ),
    /not a package name/,
  ],
];

for (const [what, bytes, message] of hostile) {
  test(`import: a Debian package is refused: ${what}`, async (context) => {
    const lab = setUp(context);
    writeFileSync(lab.archive, bytes);
    await assert.rejects(lab.take(lab.archive), message);
    assert.deepEqual(readdirSync(lab.siteDir), []);
  });
}

test('import: a package keeps its kind under any name of the file', async (context) => {
  const lab = setUp(context);
  put(lab.source, 'DEBIAN/control', CONTROL);
  put(lab.source, 'usr/a', 'a');
  writeFileSync(lab.archive, readFileSync(build(lab)));
  assert.equal((await lab.take(lab.archive)).name, 'lab-tools');
});
