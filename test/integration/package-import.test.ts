// Archives that real tools make, as packages of a site, and as those tools unpack them themselves.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, linkSync, lstatSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { sha256 } from '../../packagelink/package/digest.ts';
import { archive as tarBytes, member, pax } from '../../site/import/sample-tar.ts';
import { describeEntries, listTree, published, setUp } from './package-import-lab.ts';
import type { ImportLab } from './package-import-lab.ts';
import { put } from './packagelink-lab.ts';

function fill(source: string): void {
  put(source, 'etc/plain', 'plain\n');
  put(source, 'etc/shadow', 'secret\n', 0o640);
  chownSync(join(source, 'etc/shadow'), 0, 42);
  put(source, 'usr/bin/su', 'setuid', 0o755);
  chmodSync(join(source, 'usr/bin/su'), 0o4755);
  linkSync(join(source, 'usr/bin/su'), join(source, 'usr/bin/su2'));
  symlinkSync('/no/such/thing', join(source, 'etc/link'));
  put(source, 'srv/Grüße "x" \\ y\nz', 'odd name');
  mkdirSync(join(source, 'srv/www'));
  chownSync(join(source, 'srv/www'), 33, 33);
  utimesSync(join(source, 'etc/plain'), 1_234_567_890, 1_234_567_890);
}

/** What an archive of `fill` means to a machine. */
const EXPECTED = [
  'directory etc 0755 0:0 implied',
  'symlink etc/link 0777 0:0',
  'file etc/plain 0644 0:0',
  'file etc/shadow 0640 0:42',
  'directory srv 0755 0:0 implied',
  'file srv/Grüße "x" \\ y\nz 0644 0:0',
  'directory srv/www 0755 33:33',
  'directory usr 0755 0:0 implied',
  'directory usr/bin 0755 0:0 implied',
  'file usr/bin/su 4755 0:0',
  'hardlink usr/bin/su2 usr/bin/su',
];

async function meaning(dir: string, tree: string): Promise<string[]> {
  return describeEntries((await published(dir, tree)).entries);
}

for (const [suffix, ...compression] of [
  ['tar'],
  ['tar.gz', '--gzip'],
  ['tar.xz', '--xz'],
  ['tar.zst', '--zstd'],
  ['tar.bz2', '--bzip2'],
  ['tar.lz4', '--use-compress-program=lz4'],
] as const) {
  test(`import: a .${suffix} keeps owners, modes, links and times`, async (context) => {
    const { dir, source, take, tar, siteDir } = setUp(context);
    fill(source);
    const archive = join(dir, `tools.${suffix}`);
    tar(...compression, '-cf', archive, '.');
    const { name, notes } = await take(archive);
    const tree = join(siteDir, 'packages/tools');
    assert.equal(name, 'tools');
    assert.deepEqual(notes, [
      'names of owners are left out, for their numbers: shadow, www-data',
      'git keeps no hard links: a checkout has copies',
    ]);
    assert.deepEqual(await meaning(dir, tree), EXPECTED);
    assert.equal(lstatSync(join(tree, 'etc/plain')).mtimeMs, 1_234_567_890_000);
    assert.deepEqual(readdirSync(siteDir), ['packages']);
  });
}

test('import: a Debian package, without running anything of it', async (context) => {
  const { dir, source, take, siteDir } = setUp(context);
  fill(source);
  renameSync(join(source, 'srv/Grüße "x" \\ y\nz'), join(source, 'srv/plain'));
  put(
    source,
    'DEBIAN/control',
    'Package: lab-tools\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b>\nDescription: x\n',
  );
  put(source, 'DEBIAN/postinst', `#!/bin/sh\ntouch ${dir}/ran\n`, 0o755);
  const archive = join(dir, 'lab-tools_1_all.deb');
  execFileSync('dpkg-deb', ['--build', source, archive], { stdio: 'ignore' });
  const { name, notes } = await take(archive);
  assert.deepEqual([name, notes.at(-1)], ['lab-tools', 'not imported: what dpkg would run (postinst)']);
  const expected = EXPECTED.filter((line) => !line.includes('Grüße')).toSpliced(5, 0, 'file srv/plain 0644 0:0');
  assert.deepEqual(await meaning(dir, join(siteDir, 'packages/lab-tools')), expected);
  assert.equal(existsSync(join(dir, 'ran')), false);
});

function digestOf(text: string): string {
  return sha256(Buffer.from(text)).slice(0, 12);
}

/** What each format can hold, as GNU tar itself unpacks it. */
for (const [format, hasLongNames, hasNanoseconds] of [
  ['v7', false, false],
  ['ustar', false, false],
  ['oldgnu', true, false],
  ['gnu', true, false],
  ['posix', true, true],
] as const) {
  test(`import: GNU tar unpacks a ${format} archive to the same files`, async (context) => {
    const { dir, source, archive, take, tar, siteDir } = setUp(context);
    put(source, 'usr/bin/tool', '#!/bin/sh\n', 0o755);
    put(source, 'usr/share/empty', '');
    put(source, 'usr/share/large', Buffer.alloc(700_001, 'large ').toString());
    linkSync(join(source, 'usr/bin/tool'), join(source, 'usr/bin/other'));
    symlinkSync('../share/large', join(source, 'usr/bin/link'));
    mkdirSync(join(source, 'var/lib/nothing'), { recursive: true });
    const long = hasLongNames ? `${'d'.repeat(200)}/${'e'.repeat(200)}` : `${'d'.repeat(60)}/${'e'.repeat(60)}`;
    if (format !== 'v7') put(source, `${long}/file`, 'far below\n');
    if (hasLongNames) symlinkSync(`/${long}`, join(source, 'long-link'));
    if (hasLongNames) linkSync(join(source, `${long}/file`), join(source, 'long-hard-link'));
    execFileSync('touch', ['--date', '@1600000000.123456789', join(source, 'usr/bin/tool')]);
    execFileSync('touch', ['--no-dereference', '--date', '@1500000000.5', join(source, 'usr/bin/link')]);
    tar(`--format=${format}`, '-cf', archive, '.');
    await take(archive);
    const theirs = join(dir, 'theirs');
    mkdirSync(theirs);
    execFileSync('tar', ['-xf', archive, '-C', theirs]);
    const tree = join(siteDir, 'packages/x');
    const ours = listTree(tree).filter((line) => !line.startsWith('.packagelink.yaml'));
    assert.deepEqual(ours, listTree(theirs));
    assert.equal(lstatSync(join(tree, 'usr/bin/tool')).nlink, 2);
    const { mtimeNs } = lstatSync(join(tree, 'usr/bin/tool'), { bigint: true });
    assert.equal(mtimeNs, hasNanoseconds ? 1_600_000_000_123_456_789n : 1_600_000_000_000_000_000n);
    assert.deepEqual(parse(readFileSync(join(tree, '.packagelink.yaml'), 'utf8')), {
      emptyDirectories: ['var/lib/nothing'],
    });
  });
}

for (const [program, argv] of [
  ['bsdtar, pax', ['bsdtar', '--format=pax', '-cf', '../x.tar', '.']],
  ['bsdtar, pax with holes', ['bsdtar', '--format=pax', '--read-sparse', '-cf', '../x.tar', '.']],
  ['bsdtar, ustar', ['bsdtar', '--format=ustar', '-cf', '../x.tar', '.']],
  ['bsdtar, gnutar', ['bsdtar', '--format=gnutar', '-cf', '../x.tar', '.']],
  ['bsdtar, v7', ['bsdtar', '--format=v7', '-cf', '../x.tar', '.']],
  ['cpio, ustar', ['cpio', '--quiet', '-o', '-H', 'ustar', '-O', '../x.tar']],
  ['cpio, tar', ['cpio', '--quiet', '-o', '-H', 'tar', '-O', '../x.tar']],
] as const) {
  test(`import: what another program writes, GNU tar unpacks to the same files: ${program}`, async (context) => {
    const { dir, source, archive, take, siteDir } = setUp(context);
    put(source, 'usr/bin/tool', '#!/bin/sh\n', 0o755);
    symlinkSync('tool', join(source, 'usr/bin/link'));
    linkSync(join(source, 'usr/bin/link'), join(source, 'usr/bin/link2'));
    put(source, 'srv/sparse', '');
    execFileSync('truncate', ['--size', '3M', join(source, 'srv/sparse')]);
    const hundred = `${'d'.repeat(49)}/${'e'.repeat(50)}`;
    put(source, hundred, 'a name that fills its field\n');
    linkSync(join(source, hundred), join(source, 'zz'));
    const [file, ...words] = argv;
    const names = execFileSync('find', ['.', '-mindepth', '1', '-printf', '%P\\n'], { cwd: source });
    execFileSync(file, words, { cwd: source, stdio: 'pipe', ...(file === 'cpio' ? { input: names } : {}) });
    await take(archive);
    const theirs = join(dir, 'theirs');
    mkdirSync(theirs);
    execFileSync('tar', ['-xf', archive, '-C', theirs]);
    const ours = listTree(join(siteDir, 'packages/x')).filter((line) => !line.startsWith('.packagelink.yaml '));
    assert.deepEqual(ours, listTree(theirs));
  });
}

test('import: times that tar pads, of every length', async (context) => {
  const { source, archive, take, tar, siteDir } = setUp(context);
  const times = [
    '1704067200.123456789',
    '1704067200.12345678',
    '1704067200.1',
    '1704067200.000000001',
    '-1.5',
    '4102444800',
  ];
  for (const [index, time] of times.entries()) {
    put(source, `f${index}`, '');
    execFileSync('touch', ['--date', `@${time}`, join(source, `f${index}`)]);
  }
  tar('--format=posix', '-cf', archive, '.');
  await take(archive);
  for (const index of times.keys()) {
    const of = (root: string) => lstatSync(join(root, `f${index}`), { bigint: true }).mtimeNs;
    assert.equal(of(join(siteDir, 'packages/x')), of(source), `time ${index}`);
  }
});

test('import: names that are written oddly are those that they mean', async (context) => {
  const { archive, take, siteDir } = setUp(context);
  const names = ['a/./b', 'a//c', './/a///./d', 'a/e/', './a/f'];
  const members = names.map((name) => member({ name, ...(name.endsWith('/') ? { type: '5' } : { data: name }) }));
  writeFileSync(archive, tarBytes(member({ name: './', type: '5' }), ...members));
  await take(archive);
  assert.deepEqual(readdirSync(join(siteDir, 'packages/x/a')), ['b', 'c', 'd', 'e', 'f']);
});

test('import: what other programs put into headers', async (context) => {
  const { archive, take, siteDir } = setUp(context);
  writeFileSync(
    archive,
    tarBytes(
      pax({ comment: '0123456789abcdef', mtime: '1500000000' }, 'g'),
      member({ name: 'label', type: 'V', magic: 'ustar  \0' }),
      member({ name: 'old', type: '\0', magic: '\0\0\0\0\0\0', data: 'v7' }),
      member({ name: 'contiguous', type: '7', data: 'c' }),
      member({ name: 'link', type: '2', link: 'old' }),
      member({ name: 'link2', type: '1', link: './link' }),
      pax({ size: '3', mtime: '1600000000.25', 'VENDOR.thing': 'x' }),
      member({ name: 'sized', sizeBytes: 0, data: '' }),
      Buffer.concat([Buffer.from('abc'), Buffer.alloc(509)]),
      member({ name: 'binary', data: 'b', sizeField: Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]) }),
    ),
  );
  await take(archive);
  const tree = join(siteDir, 'packages/x');
  assert.deepEqual(
    listTree(tree).map((line) => line.replace(/000000000 /, 's ')),
    [
      `binary 1500000000s ${digestOf('b')}`,
      `contiguous 1500000000s ${digestOf('c')}`,
      'link 1500000000s -> old',
      'link2 1500000000s -> old',
      `old 1500000000s ${digestOf('v7')}`,
      `sized 1600000000250000000 ${digestOf('abc')}`,
    ],
  );
});

test('import: what readers of archives have stumbled over', async (context) => {
  const { archive, dir, take, siteDir } = setUp(context);
  const uid = Buffer.from([0x80, 0, 0, 0, 0xb6, 0x5a, 0x65, 0x38]);
  const longAgo = Buffer.from('ffffffffffffffffffffffff', 'hex');
  const name = `${'p'.repeat(60)}/${'q'.repeat(60)}`;
  writeFileSync(
    archive,
    tarBytes(
      member({ name: 'large-uid', extra: (block) => uid.copy(block, 108) }),
      member({ name: 'long-ago', extra: (block) => longAgo.copy(block, 136) }),
      member({ name: 'q'.repeat(60), prefix: 'p'.repeat(60), magic: 'ustar\0  ' }),
      // A size belongs to the file, not to the long name that stands between.
      pax({ size: '600' }),
      member({ name: '././@LongLink', type: 'L', data: 'sized\0' }),
      member({ name: 'x', data: Buffer.alloc(600, 's') }),
      // Programs of the seventies gave links the size of their file.
      member({ name: 'link', type: '1', link: 'sized', sizeBytes: 600 }),
      member({ name: 'last', data: 'l' }),
    ),
  );
  await take(archive);
  const tree = join(siteDir, 'packages/x');
  assert.deepEqual(await meaning(dir, tree), [
    'file large-uid 0644 3059377464:0',
    'file last 0644 0:0',
    'file link 0644 0:0',
    'file long-ago 0644 0:0',
    'directory pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp 0755 0:0 implied',
    `file ${name} 0644 0:0`,
    'hardlink sized link',
  ]);
  assert.equal(lstatSync(join(tree, 'long-ago')).mtimeMs, -1000);
  assert.equal(readFileSync(join(tree, 'link'), 'utf8'), 's'.repeat(600));
});

test('import: a plain archive whose first name begins as compressed bytes do', async (context) => {
  const { archive, take, siteDir } = setUp(context);
  writeFileSync(archive, tarBytes(member({ name: 'BZh9', data: 'a' })));
  await take(archive);
  assert.deepEqual(readdirSync(join(siteDir, 'packages/x')), ['BZh9']);
});

test('import: of two at a time, the second is refused, and the first is not touched', async (context) => {
  const { archive, take, siteDir } = setUp(context);
  writeFileSync(archive, tarBytes(...Array.from({ length: 300 }, (_, index) => member({ name: `f${index}` }))));
  const [first, second] = await Promise.allSettled([take(archive), take(archive)]);
  assert.deepEqual([first.status, second.status].toSorted(), ['fulfilled', 'rejected']);
  const { reason } = (first.status === 'rejected' ? first : second) as PromiseRejectedResult;
  assert.match((reason as Error).message, /packages\/x exists; nothing was changed/);
  assert.deepEqual([readdirSync(siteDir), readdirSync(join(siteDir, 'packages/x')).length], [['packages'], 300]);
});

test('import: an archive without a mark of its end is whole if it was compressed', async (context) => {
  const { dir, archive, take, siteDir } = setUp(context);
  writeFileSync(archive, member({ name: 'a', data: 'a' }));
  await assert.rejects(take(archive), /cut off/);
  execFileSync('gzip', ['--keep', archive]);
  await take(join(dir, 'x.tar.gz'));
  assert.equal(readFileSync(join(siteDir, 'packages/x/a'), 'utf8'), 'a');
  writeFileSync(
    archive,
    Buffer.concat([
      member({ name: 'a', data: 'a' }),
      member({ name: 'b', data: Buffer.alloc(2048) }).subarray(0, 1024),
    ]),
  );
  execFileSync('gzip', ['--force', archive]);
  await assert.rejects(take(join(dir, 'x.tar.gz'), { name: 'y' }), /cut off/);
});

test('import: a hard link shares owner and mode with its file, whatever its header says', async (context) => {
  const { dir, archive, take, siteDir } = setUp(context);
  writeFileSync(
    archive,
    tarBytes(
      member({ name: 'a', data: 'x', mode: 0o4755, uid: 7 }),
      member({ name: 'b', type: '1', link: './a', mode: 0o644 }),
      member({ name: 'c', type: '1', link: 'b', mode: 0o600, gid: 9 }),
    ),
  );
  await take(archive);
  assert.deepEqual(await meaning(dir, join(siteDir, 'packages/x')), [
    'file a 4755 7:0',
    'hardlink b a',
    'hardlink c a',
  ]);
});

for (const [what, version] of [
  ['gnu', '--format=gnu'],
  ['pax 0.0', '--sparse-version=0.0'],
  ['pax 0.1', '--sparse-version=0.1'],
  ['pax 1.0', '--sparse-version=1.0'],
] as const) {
  test(`import: holes stay holes: ${what}`, async (context) => {
    const { dir, source, archive, take, tar, siteDir } = setUp(context);
    const sizeBytes = 60 * 1024 ** 3;
    put(source, 'srv/disk', '');
    put(source, 'srv/many', '');
    execFileSync('truncate', ['--size', String(sizeBytes), join(source, 'srv/disk')]);
    execFileSync('truncate', ['--size', '40M', join(source, 'srv/many')]);
    for (let block = 0; block < 60; block += 1) {
      execFileSync('dd', ['of=srv/many', 'bs=4096', 'count=1', `seek=${block * 150}`, 'conv=notrunc', 'status=none'], {
        cwd: source,
        input: Buffer.alloc(4096, block + 1),
      });
    }
    put(source, 'after', 'what follows\n');
    tar(
      ...(version.startsWith('--format') ? [version] : ['--format=posix', version]),
      '--sparse',
      '-cf',
      archive,
      'srv',
      'after',
    );
    const { notes } = await take(archive);
    const tree = join(siteDir, 'packages/x');
    const disk = lstatSync(join(tree, 'srv/disk'));
    assert.deepEqual([disk.size, disk.blocks], [sizeBytes, 0]);
    assert.ok(lstatSync(join(tree, 'srv/many')).blocks * 512 < 2 * 1024 ** 2);
    assert.deepEqual(readFileSync(join(tree, 'srv/many')), readFileSync(join(source, 'srv/many')));
    assert.equal(readFileSync(join(tree, 'after'), 'utf8'), 'what follows\n');
    assert.match(notes.join('\n'), /^files with holes \(srv\/disk, srv\/many\): 60\.0 GiB are read whenever/m);
    // In the store as well; the large one would take a minute here.
    rmSync(join(tree, 'srv/disk'));
    const settings = readFileSync(join(tree, '.packagelink.yaml'), 'utf8');
    writeFileSync(join(tree, '.packagelink.yaml'), settings.replace(/ {2}- match: srv\/disk\n {4}sparse: true\n/, ''));
    const { entries } = await published(dir, tree);
    const many = entries.find(({ path }) => path === 'srv/many');
    assert.equal(many?.type === 'file' && many.sparse, true);
  });
}

test('import: replaces only when told to, and keeps what else the settings say', async (context) => {
  const { source, archive, take, tar, siteDir } = setUp(context);
  fill(source);
  tar('-cf', archive, '.');
  await take(archive, { name: 'other' });
  const settings = join(siteDir, 'packages/other/.packagelink.yaml');
  writeFileSync(settings, 'priority: 60\nfiles: []\nemptyDirectories: [gone]\nverbatim: [gone]\n');
  await assert.rejects(take(archive, { name: 'other' }), /packages\/other exists/);
  rmSync(join(source, 'usr'), { recursive: true });
  tar('-cf', archive, '.');
  await take(archive, { name: 'other', replace: true });
  const files = [
    { match: 'etc/shadow', mode: '0640', gid: 42 },
    { match: 'srv/www', uid: 33, gid: 33 },
  ];
  const { files: found, ...rest } = parse(readFileSync(settings, 'utf8')) as { files: { match: string }[] };
  const byName = (left: { match: string }, right: { match: string }) => (left.match < right.match ? -1 : 1);
  assert.deepEqual([rest, found.toSorted(byName)], [{ priority: 60, emptyDirectories: ['srv/www'] }, files]);
  assert.equal(existsSync(join(siteDir, 'packages/other/usr')), false);
});

const hostile: [name: string, make: (lab: ImportLab) => void, message: RegExp][] = [
  [
    'an absolute name',
    ({ tar, archive, dir }) => tar('-P', '-cf', archive, join(dir, 'source/a')),
    /\/source\/a: error: the name leads out/,
  ],
  [
    'a name with ..',
    ({ tar, archive }) => tar('-P', '-cf', archive, '../source/a'),
    /\.\.\/source\/a: error: the name leads out/,
  ],
  [
    'a name with .. inside',
    ({ tar, archive }) => tar('-P', '-cf', archive, '--transform', 's,^a,d/../../a,', 'a'),
    /d\/\.\.\/\.\.\/a: error: the name leads out/,
  ],
  [
    'a member below a link',
    ({ tar, archive, source, dir }) => {
      symlinkSync(dir, join(source, 'link'));
      tar('-cf', archive, 'link');
      tar('-rf', archive, '--transform', 's,^a,link/written,', 'a');
    },
    /link\/written: error: lies below link, a symlink/,
  ],
  [
    'a link that comes after what lies below it',
    ({ tar, archive, source, dir }) => {
      symlinkSync(dir, join(source, 'link'));
      tar('-cf', archive, '--transform', 's,^a,link/sub/written,', 'a');
      tar('-rf', archive, 'link');
    },
    /link\/sub\/written: error: lies below link, a symlink/,
  ],
  [
    'a hard link to a file outside',
    ({ tar, archive, source, dir }) => {
      linkSync(join(source, 'a'), join(source, 'b'));
      tar('-P', '-cf', archive, '--transform', `s,^a$,${dir}/outside,h;s,^a$,x,r`, 'a', 'b');
    },
    /b: error: is a hard link to .*outside, which is not a file before it/,
  ],
  [
    'a device',
    ({ tar, archive, source }) => (
      execFileSync('mknod', [join(source, 'sda'), 'b', '8', '0']),
      tar('-cf', archive, 'sda')
    ),
    /sda: error: is a device/,
  ],
  [
    'a FIFO',
    ({ tar, archive, source }) => (execFileSync('mkfifo', [join(source, 'ff')]), tar('-cf', archive, 'ff')),
    /ff: error: is a device, a FIFO/,
  ],
  [
    'a member twice',
    ({ tar, archive }) => {
      tar('-cf', archive, 'a');
      tar('-rf', archive, '--transform', 's,^a,./a,', 'a');
    },
    /a: error: occurs twice/,
  ],
  [
    'a name that is not UTF-8',
    ({ tar, archive, source }) => (
      writeFileSync(Buffer.concat([Buffer.from(`${source}/`), Buffer.from([0xff])]), 'x'),
      tar('-cf', archive, '.')
    ),
    /the name is not UTF-8/,
  ],
  [
    'settings of its own',
    ({ tar, archive, source }) => (put(source, '.packagelink.yaml', ''), tar('-cf', archive, '.')),
    /is the name of the settings/,
  ],
  [
    'a pattern for a name that needs settings',
    ({ tar, archive, source }) => {
      put(source, '*', 'x', 0o600);
      tar('-cf', archive, '.');
    },
    /\*: error: has an owner or mode of its own, but its name as a pattern also means a/,
  ],
  ['no archive at all', ({ archive }) => writeFileSync(archive, 'not an archive'), /neither a tar archive/],
  [
    'half an archive',
    ({ tar, archive }) => (tar('-cf', archive, 'a'), writeFileSync(archive, readFileSync(archive).subarray(0, 600))),
    /the archive is cut off/,
  ],
];

for (const [what, make, message] of hostile) {
  test(`import: refused: ${what}`, async (context) => {
    const lab = setUp(context);
    put(lab.source, 'a', 'bytes\n');
    make(lab);
    await assert.rejects(lab.take(lab.archive), message);
    assert.deepEqual(readdirSync(lab.dir).toSorted(), ['site', 'source', 'x.tar']);
    assert.deepEqual(readdirSync(lab.siteDir), []);
  });
}
