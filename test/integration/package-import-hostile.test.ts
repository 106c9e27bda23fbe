// Archives that no program makes: each is refused, and leaves the site and all around it as they were.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { archive, member, pax } from '../../site/import/sample-tar.ts';
import { setUp } from './package-import-lab.ts';

const SETTINGS = 'after:\n  - paths: ["**"]\n    run: [touch, /tmp/ran]\n';
const file = member({ name: 'a', data: 'a' });
const directory = (name: string) => member({ name, type: '5', mode: 0o755 });
const link = (name: string, target: string) => member({ name, type: '2', link: target });
const hard = (name: string, target: string) => member({ name, type: '1', link: target });
const settings = (name: string) => archive(member({ name, data: SETTINGS }));
const longName = (name: string | Buffer, type = 'L') => member({ name: '././@LongLink', type, data: name });
const hidden = member({ name: '.packagelink.yaml', data: SETTINGS });
const base256 = (...bytes: number[]) =>
  Buffer.from([0x80, ...Array.from({ length: 11 - bytes.length }, () => 0), ...bytes]);

const SETTINGS_NAME = /is the name of the settings/;
const DISAGREE = /of its own; what they are, readers of tar do not agree on/;

const cases: readonly (readonly [what: string, bytes: Buffer, message: RegExp])[] = [
  // Members that a listing would not show.
  ['a member hidden in a directory', archive(member({ name: 'usr/', type: '5', sizeBytes: 1024 }), hidden), DISAGREE],
  [
    'one in a directory of the oldest kind',
    archive(member({ name: 'usr/', type: '\0', sizeBytes: 1024 }), hidden),
    DISAGREE,
  ],
  ['one in a file that is a directory', archive(member({ name: 'usr/', sizeBytes: 1024 }), hidden), DISAGREE],
  [
    'one in a contiguous file that is a directory',
    archive(member({ name: 'usr/', type: '7', sizeBytes: 1024 }), hidden),
    DISAGREE,
  ],
  ['one in a symbolic link', archive(member({ name: 'l', type: '2', link: 'x', sizeBytes: 1024 }), hidden), DISAGREE],
  [
    'one in a hard link',
    archive(file, member({ name: 'h', type: '1', link: 'a', sizeBytes: 1024 }), hidden),
    SETTINGS_NAME,
  ],
  [
    'one in a hard link with two headers',
    archive(file, pax({ size: '1024' }), member({ name: 'h', type: '1', link: 'a', sizeBytes: 1024 }), hidden),
    DISAGREE,
  ],
  [
    'one behind two sizes',
    archive(pax({ size: '0' }), member({ name: 'a', data: hidden }), file),
    /a member has two sizes: 1024 and 0/,
  ],
  ['one behind a size for all', archive(pax({ size: '1024' }, 'g'), member({ name: 'a' }), hidden), /sets "size"/],
  ['a name for all', archive(pax({ path: '.packagelink.yaml' }, 'g'), file), /sets "path"/],
  ['a link target for all', archive(pax({ linkpath: '/etc' }, 'g'), link('l', 'x')), /sets "linkpath"/],
  ['attributes for all', archive(pax({ 'SCHILY.xattr.user.a': 'x' }, 'g'), file), /sets "SCHILY\.xattr\.user\.a"/],
  ['a second archive', Buffer.concat([archive(file), settings('.packagelink.yaml')]), /bytes behind the end/],
  [
    'one after a lone block of zeros',
    Buffer.concat([file, Buffer.alloc(512), hidden, Buffer.alloc(1024)]),
    /bytes behind the end/,
  ],
  // Settings, by whatever name.
  ['settings', settings('.packagelink.yaml'), SETTINGS_NAME],
  ['settings with ./', settings('./.packagelink.yaml'), SETTINGS_NAME],
  ['settings with .//./', settings('.//./.packagelink.yaml'), SETTINGS_NAME],
  ['settings by a long name', archive(longName('./.packagelink.yaml\0'), file), SETTINGS_NAME],
  ['settings by an extended header', archive(pax({ path: '.packagelink.yaml' }), file), SETTINGS_NAME],
  ['settings by a prefix', archive(member({ name: '.packagelink.yaml', prefix: '.', data: SETTINGS })), SETTINGS_NAME],
  ['settings for who ignores case', settings('.PackageLink.YAML'), SETTINGS_NAME],
  ['settings with a character that nobody sees', settings('.package\u200Dlink.yaml'), SETTINGS_NAME],
  ['settings as a directory', archive(directory('.packagelink.yaml/')), SETTINGS_NAME],
  ['settings as a directory that is part of a name', archive(member({ name: '.packagelink.yaml/a' })), SETTINGS_NAME],
  ['settings as a symbolic link', archive(link('.packagelink.yaml', '/tmp/victim')), SETTINGS_NAME],
  ['settings as a hard link', archive(file, hard('.packagelink.yaml', 'a')), SETTINGS_NAME],
  ['settings as a device', archive(member({ name: '.packagelink.yaml', type: '3' })), SETTINGS_NAME],
  ['a hard link to settings', archive(file, hard('h', '.packagelink.yaml')), /not a file before it/],
  [
    'the settings of git',
    archive(member({ name: 'srv/.git/config', data: '[core]\n\tfsmonitor = touch /tmp/ran\n' })),
    /\.git, which git takes/,
  ],
  ['the settings of git in capitals', archive(directory('.GIT')), /\.git, which git takes/],
  // Names.
  ['an absolute name', archive(member({ name: '/etc/a' })), /leads out/],
  ['an absolute name by an extended header', archive(pax({ path: '/etc/a' }), file), /leads out/],
  ['..', archive(member({ name: 'a/../../b' })), /leads out/],
  ['.. as all there is', archive(directory('..')), /leads out/],
  ['an empty name', archive(member({ name: '' })), /the name is empty/],
  ['the root as a file', archive(member({ name: '.' })), /is the root, but not a directory/],
  ['a NUL in a name', archive(pax({ path: 'a\0b' }), file), /holds a NUL/],
  ['a NUL in a long name', archive(longName('a\0b\0'), file), /holds a NUL/],
  ['a name that is not UTF-8', archive(member({ name: Buffer.from([0x61, 0xff]) })), /not UTF-8/],
  [
    'a long part of a name',
    archive(longName(`${'x'.repeat(256)}\0`), file),
    /a part of the name is longer than 255 bytes/,
  ],
  ['a long name', archive(longName(`${'d/'.repeat(2000)}x\0`), file), /longer than 3500 bytes/],
  ['two long names', archive(longName('a\0'), longName('b\0'), file), /two extended headers of a kind/],
  ['two extended headers', archive(pax({ path: 'a' }), pax({ path: 'b' }), file), /two extended headers of a kind/],
  [
    'a long name and another in an extended header',
    archive(longName('a\0'), pax({ path: 'b' }), file),
    /two long names/,
  ],
  ['an extended header for nothing', archive(file, pax({ path: 'b' })), /has no member after it/],
  [
    'an extended header that is none',
    archive(member({ name: 'x', type: 'x', data: '5 a=b\n' }), file),
    /extended header is damaged/,
  ],
  [
    'a huge extended header',
    archive(member({ name: 'x', type: 'x', data: Buffer.alloc(1024 * 1024 + 1) }), file),
    /larger than 1 MiB/,
  ],
  // One path, several things.
  ['a file through a link', archive(link('d', '/tmp'), member({ name: 'd/a' })), /lies below d, a symlink/],
  ['a file through a link to ..', archive(link('d', '..'), member({ name: 'd/a' })), /lies below d, a symlink/],
  ['a file, a link, and a file through it', archive(file, link('a', '/tmp/victim'), file), /a: error: occurs twice/],
  [
    'a directory, then a link',
    archive(directory('d'), link('d', '/tmp'), member({ name: 'd/a' })),
    /d: error: occurs twice/,
  ],
  [
    'a link where a directory is part of a name',
    archive(member({ name: 'd/e/a' }), link('d', '/tmp')),
    /d\/e\/a: error: lies below d, a symlink/,
  ],
  ['a file below a file', archive(file, member({ name: 'a/b' })), /lies below a, a file/],
  ['a file twice by other names', archive(member({ name: 'x/a' }), member({ name: 'x/./a' })), /occurs twice/],
  ['a hard link outside', archive(hard('h', '/etc/passwd')), /not a file before it/],
  ['a hard link outside by ..', archive(hard('h', '../x')), /not a file before it/],
  ['a hard link to what comes later', archive(hard('h', 'a'), file), /not a file before it/],
  ['a hard link to itself', archive(hard('h', 'h')), /not a file before it/],
  ['a hard link to a directory', archive(directory('d'), hard('h', 'd')), /not a file before it/],
  ['a symbolic link to nothing', archive(link('l', '')), /its target is empty/],
  [
    'a target that is not UTF-8',
    archive(member({ name: 'l', type: '2', link: Buffer.from([0xff]) })),
    /its target is not UTF-8/,
  ],
  // Types and numbers.
  ...['3', '4', '6', 'D', 'M', 'Q', 'A', '9'].map(
    (type) =>
      [
        `a member of type ${type}`,
        archive(member({ name: 'x', type })),
        /x: error: is a device, a FIFO or of another kind/,
      ] as const,
  ),
  ['a negative size', archive(member({ name: 'a', sizeField: Buffer.alloc(12, 0xff) })), /field sizeBytes/],
  ['a size of 2^62', archive(member({ name: 'a', sizeField: base256(0x40, 0, 0, 0, 0, 0, 0, 0) })), /field sizeBytes/],
  [
    'a size of 8 TiB',
    archive(member({ name: 'a', sizeField: base256(8, 0, 0, 0, 0, 0) })),
    /cut off: a member of 8796093022208 bytes/,
  ],
  [
    'a size that is no number',
    archive(member({ name: 'a', sizeField: Buffer.from('00000000x00\0') })),
    /field sizeBytes/,
  ],
  [
    'a negative size in an extended header',
    archive(pax({ size: '-512' }), file),
    /the size of a member is not a valid number/,
  ],
  ['a user beyond 32 bits', archive(pax({ uid: '4294967295' }), file), /the uid of a member is not a valid number/],
  ['an ACL that is none', archive(pax({ 'SCHILY.acl.access': 'user::rwx' }), file), /an ACL that is not understood/],
  ['a wrong checksum', Buffer.concat([Buffer.from(file).fill('x', 0, 1), Buffer.alloc(1024)]), /neither a tar archive/],
  [
    'a wrong checksum later',
    Buffer.concat([member({ name: 'b' }), Buffer.alloc(512, 1), Buffer.alloc(1024)]),
    /at byte 512: there is no header/,
  ],
  // Sparse files.
  ['a map that overlaps', sparse('4\n0\n1\n0\n1\n5\n0\n5\n0\n', 'ab', '5'), /map of a sparse file is damaged/],
  ['a map beyond the end', sparse('1\n10\n2\n', 'ab', '5'), /map of a sparse file is damaged/],
  [
    'a map that hides bytes',
    sparse('1\n0\n2\n', Buffer.concat([Buffer.alloc(512), hidden]), '5'),
    /map of a sparse file is damaged/,
  ],
  ['a map without an end', sparse('900000\n', 'ab', '5'), /map of a sparse file is damaged/],
  [
    'a map of another version',
    archive(pax({ 'GNU.sparse.major': '2', 'GNU.sparse.realsize': '5' }), file),
    /map of a sparse file is damaged/,
  ],
  [
    'a directory that is sparse',
    archive(pax({ 'GNU.sparse.major': '1', 'GNU.sparse.name': 'a' }), directory('d')),
    /a directory has the map of a sparse file/,
  ],
  ['a sparse file of star', archive(member({ name: 'x', type: 'S' })), /map of a sparse file is damaged/],
  // What is cut off, or none.
  ['nothing', Buffer.alloc(0), /neither a tar archive/],
  ['text', Buffer.from('not an archive\n'.repeat(100)), /neither a tar archive/],
  ['no member', archive(), /the archive is empty/],
  ['no end', file, /cut off/],
  ['half a member', archive(member({ name: 'a', data: Buffer.alloc(4096, 1) })).subarray(0, 2048), /cut off/],
  ['half a header', Buffer.concat([file, Buffer.alloc(100, 1)]), /cut off/],
  ['half an extended header', pax({ comment: 'x'.repeat(1000) }).subarray(0, 700), /cut off/],
];

function sparse(map: string, data: string | Buffer, realSize: string): Buffer {
  const text = Buffer.alloc(512);
  text.write(map);
  const records = {
    'GNU.sparse.major': '1',
    'GNU.sparse.minor': '0',
    'GNU.sparse.name': 'a',
    'GNU.sparse.realsize': realSize,
  };
  return archive(pax(records), member({ name: 'GNUSparseFile.1/a', data: Buffer.concat([text, Buffer.from(data)]) }));
}

for (const [what, bytes, message] of cases) {
  test(`import: refused: ${what}`, async (context) => {
    const lab = setUp(context);
    writeFileSync(lab.archive, bytes);
    await assert.rejects(lab.take(lab.archive), (error: Error) => {
      assert.match(error.message, message);
      assert.equal((error as { exitCode?: number }).exitCode, 2);
      return true;
    });
    assert.deepEqual(readdirSync(lab.dir).toSorted(), ['site', 'source', 'x.tar']);
    assert.deepEqual(readdirSync(lab.siteDir), []);
    assert.equal(existsSync('/tmp/ran'), false);
  });
}

test('import: all that is refused is said at once, in letters that steer no terminal', async (context) => {
  const lab = setUp(context);
  writeFileSync(
    lab.archive,
    archive(member({ name: '../\u001B[2J' }), hard('h', 'x\u0007'), member({ name: 'ok' }), directory('.git')),
  );
  await assert.rejects(lab.take(lab.archive), ({ message }: Error) => {
    assert.match(message, /3 faults/);
    assert.match(message, /\\x1b\[2J: error/);
    // oxlint-disable-next-line no-control-regex -- they are what must not be there
    assert.doesNotMatch(message, /[\u0000-\u0009\u000B-\u001F]/);
    return true;
  });
});

test('import: links of the site are not followed, whoever owns them', async (context) => {
  const lab = setUp(context);
  writeFileSync(lab.archive, archive(file));
  const outside = join(lab.dir, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, '.packagelink.yaml'), 'secret: 1\n');
  symlinkSync(outside, join(lab.siteDir, 'packages'));
  await assert.rejects(lab.take(lab.archive), /site\/packages: it is not a directory, and links are not followed/);
  const site = join(lab.dir, 'site2');
  mkdirSync(join(site, 'packages'), { recursive: true });
  symlinkSync(outside, join(site, 'packages/x'));
  symlinkSync('nowhere', join(site, 'packages/y'));
  for (const name of ['x', 'y']) {
    const { importPackage } = await import('../../site/import/import-package.ts');
    const { DEFAULT_LIMITS } = await import('../../site/import/limits.ts');
    const { runCommand } = await import('../../lib/run-command.ts');
    const input = { siteDir: site, archive: lab.archive, name, replace: true, numericOwner: false };
    await assert.rejects(
      importPackage({ ...input, limits: DEFAULT_LIMITS, run: runCommand }),
      /it is not a directory, and links are not followed/,
    );
  }
  assert.deepEqual(readdirSync(outside), ['.packagelink.yaml']);
  assert.deepEqual(readdirSync(site), ['packages']);
});

test('import: settings of the site that are a link are not read', async (context) => {
  const lab = setUp(context);
  writeFileSync(lab.archive, archive(file));
  mkdirSync(join(lab.siteDir, 'packages/x'), { recursive: true });
  symlinkSync('/etc/passwd', join(lab.siteDir, 'packages/x/.packagelink.yaml'));
  await assert.rejects(lab.take(lab.archive, { replace: true }), /is not a regular file, and links are not followed/);
  assert.deepEqual(readdirSync(join(lab.siteDir, 'packages/x')), ['.packagelink.yaml']);
});
