// What an archive may cost: bytes, paths, memory and seconds; and what is left of an import that does not come to its end.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { archive as tarBytes, member, pax } from '../../site/import/sample-tar.ts';
import { setUp } from './package-import-lab.ts';
import { put } from './packagelink-lab.ts';

const MIB = 1024 ** 2;

for (const [suffix, ...words] of [
  ['gz', 'gzip'],
  ['xz', 'xz'],
  ['zst', 'zstd', '--quiet'],
  ['bz2', 'bzip2'],
  ['lz4', 'lz4', '--quiet', '-m'],
] as const) {
  test(`import: a .${suffix} that becomes too large is stopped`, async (context) => {
    const lab = setUp(context);
    writeFileSync(lab.archive, tarBytes(member({ name: 'zeros', data: Buffer.alloc(50 * MIB) })));
    const [program, ...options] = words as [string, ...string[]];
    execFileSync(program, [...options, lab.archive], { stdio: 'ignore' });
    await assert.rejects(
      lab.take(`${lab.archive}.${suffix}`, { limits: { diskBytes: 10 * MIB } }),
      /it is larger than 10\.0 MiB when it is decompressed; nothing was changed/,
    );
    assert.deepEqual(readdirSync(lab.siteDir), []);
  });
}

const many = Array.from({ length: 40 }, (_, index) => member({ name: `d${index}/f`, data: 'x' }));
const deep = member({ name: '././@LongLink', type: 'L', data: `${'d/'.repeat(1000)}f\0` });

for (const [what, bytes, limits, message] of [
  ['paths', tarBytes(...many), { paths: 60 }, /it holds more than 60 paths/],
  ['directories in one name', tarBytes(deep, member({ name: 'f' })), { paths: 900 }, /it holds more than 900 paths/],
  [
    'bytes',
    tarBytes(member({ name: 'a', data: Buffer.alloc(3 * MIB, 1) })),
    { diskBytes: 2 * MIB },
    /it is larger than 2\.00 MiB/,
  ],
  ['many small files', tarBytes(...many), { diskBytes: 200_000 }, /its files take more than/],
  ['names', tarBytes(...many), { textBytes: 100 }, /too many to hold in memory/],
  [
    'attributes',
    tarBytes(pax({ 'SCHILY.xattr.user.a': Buffer.alloc(60_000) }), member({ name: 'a' })),
    { textBytes: 50_000 },
    /too many to hold in memory/,
  ],
  [
    'bytes in holes',
    tarBytes(pax({ 'GNU.sparse.size': String(2 ** 46), 'GNU.sparse.map': '' }), member({ name: 'a' })),
    {},
    /with their holes, are larger than 64\.0 GiB/,
  ],
  ['seconds', tarBytes(...many), { milliseconds: 0 }, /it takes longer than 0 seconds/],
] as const) {
  test(`import: a limit of ${what}`, async (context) => {
    const lab = setUp(context);
    writeFileSync(lab.archive, bytes);
    await assert.rejects(lab.take(lab.archive, { limits }), message);
    assert.deepEqual(readdirSync(lab.siteDir), []);
  });
}

test('import: a directory counts once, whether it is a member or a part of a name', async (context) => {
  const lab = setUp(context);
  const directory = (name: string) => member({ name, type: '5', mode: 0o755 });
  writeFileSync(
    lab.archive,
    tarBytes(directory('a'), directory('a/b'), member({ name: 'a/b/c' }), member({ name: 'd/e' })),
  );
  await assert.rejects(lab.take(lab.archive, { limits: { paths: 4 } }), /it holds more than 4 paths/);
  await lab.take(lab.archive, { limits: { paths: 5 } });
});

test('import: what a program cannot decompress, and a window that asks for memory', async (context) => {
  const lab = setUp(context);
  put(lab.source, 'a', 'x'.repeat(5000));
  lab.tar('-czf', lab.archive, 'a');
  writeFileSync(lab.archive, readFileSync(lab.archive).subarray(0, 60));
  await assert.rejects(
    lab.take(lab.archive),
    /gzip could not decompress it: .*unexpected end of file; nothing was changed/,
  );
  lab.tar('--use-compress-program=xz --lzma2=dict=1536MiB', '-cf', lab.archive, 'a');
  await assert.rejects(lab.take(lab.archive), /xz could not decompress it: .*; nothing was changed/);
  assert.deepEqual(readdirSync(lab.siteDir), []);
});

test('import: a directory, a FIFO and what is not there are no archives', async (context) => {
  const lab = setUp(context);
  execFileSync('mkfifo', [join(lab.dir, 'fifo')]);
  await assert.rejects(lab.take(lab.source), /source: it is a directory, and an archive is expected/);
  await assert.rejects(lab.take(join(lab.dir, 'fifo')), /fifo: it is not a regular file/);
  await assert.rejects(lab.take(join(lab.dir, 'nothing')), /nothing: there is no such file/);
  const program = new URL('../../bin/gutinteg', import.meta.url).pathname;
  writeFileSync(join(lab.siteDir, 'site.yaml'), 'interface: lan0\naddress: 10.77.0.1\n');
  writeFileSync(join(lab.siteDir, 'hosts.db'), '');
  const child = spawn(program, ['package', 'import', lab.source, '--site', lab.siteDir], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [text, [exitCode]] = await Promise.all([child.stderr.toArray(), once(child, 'exit')]);
  assert.equal(exitCode, 2);
  assert.doesNotMatch(Buffer.concat(text as Buffer[]).toString(), /^\s+at /m);
});

test('import: a site that cannot be written is an error, and says so', async (context) => {
  const lab = setUp(context);
  writeFileSync(lab.archive, tarBytes(member({ name: 'a' })));
  writeFileSync(join(lab.siteDir, 'packages'), '');
  await assert.rejects(lab.take(lab.archive), /it is not a directory/);
  const mounted = join(lab.dir, 'small');
  mkdirSync(mounted);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', mounted]);
  try {
    const { importPackage } = await import('../../site/import/import-package.ts');
    const { DEFAULT_LIMITS } = await import('../../site/import/limits.ts');
    const { runCommand } = await import('../../lib/run-command.ts');
    writeFileSync(lab.archive, tarBytes(member({ name: 'a', data: Buffer.alloc(80_000, 1) })));
    const input = { siteDir: mounted, archive: lab.archive, name: 'x', replace: false, numericOwner: false };
    const work = importPackage({ ...input, limits: DEFAULT_LIMITS, run: runCommand });
    await assert.rejects(work, /it is larger than 32\.0 KiB, half of what is free on the disk of the site/);
    assert.deepEqual(readdirSync(mounted), []);
  } finally {
    execFileSync('umount', [mounted]);
  }
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`import: ${signal} leaves nothing behind`, async (context) => {
    const lab = setUp(context);
    writeFileSync(join(lab.siteDir, 'site.yaml'), 'interface: lan0\naddress: 10.77.0.1\n');
    writeFileSync(join(lab.siteDir, 'hosts.db'), '');
    const files = Array.from({ length: 30_000 }, (_, index) => member({ name: `d/f${index}`, data: 'x' }));
    writeFileSync(lab.archive, tarBytes(...files));
    const program = new URL('../../bin/gutinteg', import.meta.url).pathname;
    const child = spawn(program, ['package', 'import', lab.archive, '--site', lab.siteDir], { stdio: 'ignore' });
    const ended = once(child, 'exit');
    const isUnpacking = () =>
      readdirSync(lab.siteDir).some(
        (name) => name.startsWith('.import-') && existsSync(join(lab.siteDir, name, 'tree/d')),
      );
    for (let tries = 0; !isUnpacking(); tries += 1) {
      assert.ok(tries < 2000, 'the import has not begun');
      await delay(5);
    }
    child.kill(signal);
    assert.deepEqual(await ended, [null, signal]);
    const left = readdirSync(lab.siteDir);
    assert.deepEqual(left.filter((name) => name !== 'packages').toSorted(), ['hosts.db', 'site.yaml']);
  });
}
