// Owners, modes and attributes of archives: the same package for root and for any other user.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { archive as tarBytes, member, pax } from '../../site/import/sample-tar.ts';
import { describeEntries, published, setUp } from './package-import-lab.ts';
import type { ImportLab } from './package-import-lab.ts';
import { put } from './packagelink-lab.ts';

const NOBODY = 65_534;

/** The same import as a user without any right but that to read this tree; what it printed. */
function takeAsNobody({ dir, archive }: ImportLab): { siteDir: string; notes: string[] } {
  const siteDir = join(dir, 'nobody');
  mkdirSync(siteDir);
  writeFileSync(join(siteDir, 'site.yaml'), 'interface: lan0\naddress: 10.77.0.1\n');
  writeFileSync(join(siteDir, 'hosts.db'), '');
  chownSync(siteDir, NOBODY, NOBODY);
  chmodSync(dir, 0o755);
  const read = [
    '--inh-caps=-all,+dac_read_search',
    '--ambient-caps=+dac_read_search',
    '--bounding-set=-all,+dac_read_search',
  ];
  const who = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--no-new-privs', ...read];
  const program = new URL('../../bin/gutinteg', import.meta.url).pathname;
  const words = ['package', 'import', archive, '--site', siteDir, '--numeric-owner', '--json'];
  const printed = execFileSync('setpriv', [...who, program, ...words], { encoding: 'utf8', stdio: 'pipe' });
  return { siteDir, notes: (JSON.parse(printed) as { notes: string[] }).notes };
}

function fill(source: string): void {
  put(source, 'etc/shadow', 'secret\n', 0o640);
  chownSync(join(source, 'etc/shadow'), 0, 42);
  put(source, 'usr/bin/su', 'setuid', 0o755);
  chownSync(join(source, 'usr/bin/su'), 33, 0);
  chmodSync(join(source, 'usr/bin/su'), 0o6755);
  put(source, 'usr/bin/ping', 'ping', 0o755);
  execFileSync('setcap', ['cap_net_raw,cap_net_admin+ep', join(source, 'usr/bin/ping')]);
  put(source, 'etc/noted', 'x');
  execFileSync('setfattr', ['-n', 'user.comment', '-v', 'a text', join(source, 'etc/noted')]);
  execFileSync('setfattr', ['-n', 'user.a=b%3D', '-v', '0x00ff0a', join(source, 'etc/noted')]);
  put(source, 'srv/shared/file', 'x');
  execFileSync('setfacl', ['-m', 'u:1234:rw,g:42:r', join(source, 'srv/shared/file')]);
  execFileSync('setfacl', ['-m', 'u:77:rx,d:u:1234:rwx', join(source, 'srv/shared')]);
  chownSync(join(source, 'srv/shared'), 0, 33);
  mkdirSync(join(source, 'tmp'));
  chmodSync(join(source, 'tmp'), 0o1777);
}

test('import: root and another user make the same package of an archive', async (context) => {
  const lab = setUp(context);
  fill(lab.source);
  lab.tar('--format=posix', '--acls', '--xattrs', '--xattrs-include=*', '-cf', lab.archive, '.');
  const { notes } = await lab.take(lab.archive);
  const nobody = takeAsNobody(lab);
  const trees = [join(lab.siteDir, 'packages/x'), join(nobody.siteDir, 'packages/x')] as const;
  assert.deepEqual(nobody.notes, notes);
  const [settings, theirs] = trees.map((tree) => readFileSync(join(tree, '.packagelink.yaml'), 'utf8'));
  assert.equal(settings, theirs);
  const [ours, others] = [await published(lab.dir, trees[0], 'ours'), await published(lab.dir, trees[1], 'others')];
  const withoutTime = (entries: typeof ours.entries) =>
    entries.map((entry) => ({ ...entry, mtimeSeconds: 0, mtimeNanoseconds: 0 }));
  assert.deepEqual(withoutTime(others.entries), withoutTime(ours.entries));
  assert.deepEqual(
    describeEntries(ours.entries).filter((line) => !line.endsWith('implied')),
    [
      'file etc/noted 0644 0:0',
      'file etc/shadow 0640 0:42',
      'directory srv/shared 0755 0:33',
      'file srv/shared/file 0664 0:0',
      'directory tmp 1777 0:0',
      'file usr/bin/ping 0755 0:0',
      'file usr/bin/su 6755 33:0',
    ],
  );
  // As an independent reader has them of what was packed.
  const xattrs = new Map(
    ours.entries.flatMap((entry) =>
      'xattrs' in entry && entry.xattrs !== undefined ? [[entry.path, entry.xattrs]] : [],
    ),
  );
  for (const [path, name] of [
    ['usr/bin/ping', 'security.capability'],
    ['etc/noted', 'user.comment'],
    ['etc/noted', 'user.a=b%3D'],
    ['srv/shared/file', 'system.posix_acl_access'],
    ['srv/shared', 'system.posix_acl_access'],
    ['srv/shared', 'system.posix_acl_default'],
  ] as const) {
    const words = ['--only-values', '--absolute-names', '-n', name, join(lab.source, path)];
    const value = execFileSync('getfattr', words).toString('base64');
    assert.equal(xattrs.get(path)?.[name], value, `${name} of ${path}`);
  }
  for (const tree of trees) {
    const acl = (root: string, path: string) =>
      execFileSync('getfacl', ['--omit-header', '--absolute-names', '--numeric', join(root, path)], {
        encoding: 'utf8',
      });
    for (const path of ['srv/shared', 'srv/shared/file']) assert.equal(acl(tree, path), acl(lab.source, path));
  }
  assert.deepEqual(
    notes.filter((note) => note.startsWith('git keeps')),
    ['git keeps no ACLs: they are only in this tree (srv/shared, srv/shared/file)'],
  );
});

test('import: a default ACL of the site does not get into the package', async (context) => {
  const lab = setUp(context);
  execFileSync('setfacl', ['-m', 'd:u:1234:rwx', lab.siteDir]);
  put(lab.source, 'etc/a', 'x');
  execFileSync('setfacl', ['-m', 'u:1234:r', join(lab.source, 'etc/a')]);
  put(lab.source, 'etc/b', 'x');
  lab.tar('--format=posix', '--acls', '-cf', lab.archive, '.');
  await lab.take(lab.archive);
  const { entries } = await published(lab.dir, join(lab.siteDir, 'packages/x'));
  const withXattrs = entries.filter((entry) => 'xattrs' in entry && entry.xattrs !== undefined).map(({ path }) => path);
  assert.deepEqual(withXattrs, ['etc/a']);
});

test('import: an ACL that cannot be kept leaves the group no more than it had, and is named', async (context) => {
  const lab = setUp(context);
  const acl = 'user::rw-\nuser:lisa:rw-\ngroup::r--\nmask::rw-\nother::---\n';
  writeFileSync(
    lab.archive,
    tarBytes(
      pax({ 'SCHILY.acl.access': acl }),
      member({ name: 'a', mode: 0o660 }),
      pax({ 'SCHILY.acl.access': acl.replace('lisa:rw-', 'lisa:rw-:502').replaceAll('\n', ',') }),
      member({ name: 'b', mode: 0o660 }),
      pax({ 'SCHILY.acl.access': 'user::rw-\ngroup::r--\nother::r--\n' }),
      member({ name: 'c' }),
      pax({ 'SCHILY.acl.ace': 'owner@:rw:allow', 'SCHILY.xattr.security.selinux': 'label\0', 'RHT.security.ima': 'x' }),
      member({ name: 'd' }),
    ),
  );
  const { notes } = await lab.take(lab.archive);
  assert.deepEqual(notes, [
    'left out: acl.ace of d',
    'left out: an ACL with names instead of numbers (tar --xattrs --xattrs-include=* writes both) of a',
    'left out: security.ima of d',
    'left out: security.selinux of d',
    'git keeps no ACLs: they are only in this tree (b)',
  ]);
  const { entries } = await published(lab.dir, join(lab.siteDir, 'packages/x'));
  assert.deepEqual(describeEntries(entries), [
    'file a 0640 0:0',
    'file b 0660 0:0',
    'file c 0644 0:0',
    'file d 0644 0:0',
  ]);
});

test('import: capabilities that settings cannot say are named', async (context) => {
  const lab = setUp(context);
  const ofNamespace = Buffer.from('0100000300200000000000000000000000000000e8030000', 'hex');
  const ping = Buffer.from('0100000200200000000000000000000000000000', 'hex');
  writeFileSync(
    lab.archive,
    tarBytes(
      pax({ 'SCHILY.xattr.security.capability': ofNamespace }),
      member({ name: 'a', mode: 0o755 }),
      pax({
        'LIBARCHIVE.xattr.security.capability': ping.toString('base64').replaceAll('=', ''),
        'LIBARCHIVE.xattr.user.a%20b': 'eA',
      }),
      member({ name: 'b', mode: 0o755 }),
      member({ name: 'c', type: '1', link: 'b' }),
    ),
  );
  const { notes } = await lab.take(lab.archive);
  assert.equal(notes[0], 'left out: security.capability of a');
  const b = { capabilities: 'cap_net_raw=ep', xattrs: { 'user.a b': 'x' } };
  assert.deepEqual(parse(readFileSync(join(lab.siteDir, 'packages/x/.packagelink.yaml'), 'utf8')), {
    files: [
      { match: 'b', ...b },
      { match: 'c', ...b },
    ],
  });
  await published(lab.dir, join(lab.siteDir, 'packages/x'));
});

test('import: owners by name stay names, unless they cannot be those of accounts', async (context) => {
  const lab = setUp(context);
  const owners = tarBytes(
    member({ name: 'a', uid: 997, gid: 996, user: 'www-data', group: 'www-data' }),
    member({ name: 'b', uid: 1000, gid: 1000, user: 'Domain Users', group: 'root' }),
    member({ name: 'c', uid: 7, gid: 8 }),
    pax({ uname: 'müller', gname: 'adm' }),
    member({ name: 'd', uid: 9, gid: 4 }),
    member({ name: 'e', user: 'root', group: 'root' }),
  );
  writeFileSync(lab.archive, owners);
  const { notes } = await lab.take(lab.archive, { numericOwner: false });
  const names = await published(lab.dir, join(lab.siteDir, 'packages/x'));
  assert.deepEqual(describeEntries(names.entries), [
    'file a 0644 www-data:www-data',
    'file b 0644 1000:0',
    'file c 0644 7:8',
    'file d 0644 9:adm',
    'file e 0644 0:0',
  ]);
  assert.deepEqual(notes, [
    'owners by name, which machines must have: adm, www-data (--numeric-owner takes the numbers)',
    'left out: names of owners that no account can have, for their numbers: Domain Users, müller',
  ]);
  await lab.take(lab.archive, { name: 'numbers' });
  const numbers = await published(lab.dir, join(lab.siteDir, 'packages/numbers'), 'numbers');
  assert.deepEqual(describeEntries(numbers.entries).slice(0, 2), ['file a 0644 997:996', 'file b 0644 1000:1000']);
});

test('import: nobody is refused what only root could unpack, by name', async (context) => {
  const lab = setUp(context);
  writeFileSync(lab.archive, tarBytes(member({ name: 'dev/null', type: '3' })));
  assert.throws(() => takeAsNobody(lab), /dev\/null: error: is a device/);
  assert.deepEqual(readdirSync(join(lab.dir, 'nobody')).toSorted(), ['hosts.db', 'site.yaml']);
});

test('import: the mask of whoever imports makes no difference', async (context) => {
  const lab = setUp(context);
  put(lab.source, 'usr/bin/tool', 'x', 0o755);
  put(lab.source, 'usr/secret', 'x', 0o600);
  symlinkSync('tool', join(lab.source, 'usr/bin/link'));
  lab.tar('-cf', lab.archive, '.');
  const before = process.umask(0o077);
  try {
    await lab.take(lab.archive);
  } finally {
    process.umask(before);
  }
  const modes = execFileSync('find', [join(lab.siteDir, 'packages/x'), '-not', '-type', 'l', '-printf', '%m %P\n'], {
    encoding: 'utf8',
  });
  assert.deepEqual(modes.trim().split('\n').toSorted(), [
    '644 .packagelink.yaml',
    '644 usr/secret',
    '755 ',
    '755 usr',
    '755 usr/bin',
    '755 usr/bin/tool',
  ]);
});
