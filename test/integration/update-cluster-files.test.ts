// The programs of update-cluster on real files: what is kept, what is refused, 50 at once, read back by xmllint.
import assert from 'node:assert/strict';
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { execa } from 'execa';
import { runCommand } from '../../lib/run-command.ts';

const root = join(import.meta.dirname, '../..');
const run = (
  name: string,
  args: readonly string[],
  options: { input?: string | Buffer; env?: Record<string, string> } = {},
) => execa(join(root, 'bin', name), args, { reject: false, stripFinalNewline: false, ...options });
const host = (number: number) => {
  const [high, low] = [number >> 8, number & 255];
  const mac = `02-00-00-00-${high.toString(16)}-${low.toString(16)}`;
  return ['--ip', `10.0.${high}.${low}`, '--mac', mac, '--hostname', `node${number}`];
};

let dir = '';
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gutinteg-cluster-'));
});
after(() => rm(dir, { recursive: true, force: true }));

const sample = `<?xml version="1.0"?>\r
<!-- racks -->\r
<cluster>\r
\t<host id="1"><!-- first --><hostname>a</hostname><ip>10.1.0.1</ip></host>\r
</cluster>`;

suite('files', () => {
  test('a new file, from $CLUSTERXML, is what the DTD says', async () => {
    const file = join(dir, 'new', 'cluster.xml');
    const args = [...host(1), '--notes', 'master <&"ä', '--bootmaster', '10.0.0.1'];
    const added = await run('update-cluster-add', args, { env: { CLUSTERXML: file } });
    assert.deepEqual([added.exitCode, added.stderr], [0, '']);
    await runCommand(['xmllint', '--noout', '--dtdvalid', join(root, 'update-cluster/cluster.dtd'), file]);
    const notes = await runCommand(['xmllint', '--xpath', 'string(/cluster/host/notes)', file]);
    assert.equal(notes.stdout.trim(), 'master <&"ä');
    const removed = await run('update-cluster-remove', ['--master'], { input: await readFile(file) });
    assert.equal(removed.stdout, '<?xml version="1.0" encoding="UTF-8"?>\n<cluster>\n</cluster>\n');
  });

  test('a path without its directories is refused', async () => {
    const { exitCode, stderr } = await run('update-cluster-add', [
      ...host(1),
      '--file',
      join(dir, 'no/such/cluster.xml'),
    ]);
    assert.equal(exitCode, 2);
    assert.match(stderr, /no\/such is missing[^]*try: mkdir -p /);
  });

  test('add, then remove --in-place: the same bytes, mode, owner and link', async () => {
    const file = join(dir, 'kept.xml');
    const link = join(dir, 'link.xml');
    await writeFile(file, sample);
    await chmod(file, 0o640);
    await chown(file, 1234, 5678);
    await symlink('kept.xml', link);
    assert.equal((await run('update-cluster-add', [...host(1), '--file', link])).exitCode, 0);
    assert.notEqual(await readFile(file, 'utf8'), sample);
    assert.equal(
      (await run('update-cluster-remove', ['--hostname', 'NODE1', '--in-place', '--file', link])).exitCode,
      0,
    );
    assert.equal(await readFile(file, 'utf8'), sample);
    const { mode, uid, gid } = await stat(file);
    assert.deepEqual([mode & 0o7777, uid, gid, (await lstat(link)).isSymbolicLink()], [0o640, 1234, 5678, true]);
  });

  test('a link to a file that is not there yet', async () => {
    await symlink('later.xml', join(dir, 'early.xml'));
    assert.equal((await run('update-cluster-add', [...host(1), '--file', join(dir, 'early.xml')])).exitCode, 0);
    assert.match(await readFile(join(dir, 'later.xml'), 'utf8'), /node1/);
  });

  test('50 at once: none is lost', async () => {
    const file = join(dir, 'many/cluster.xml');
    await mkdir(join(dir, 'many'));
    await writeFile(file, sample);
    const numbers = Array.from({ length: 50 }, (_, index) => index + 300);
    const runs = await Promise.all(
      numbers.map((number) => run('update-cluster-add', [...host(number), '--file', file])),
    );
    assert.deepEqual(new Set(runs.map(({ exitCode }) => exitCode)), new Set([0]));
    const { stdout } = await run('update-cluster', ['hostname'], { input: await readFile(file) });
    assert.deepEqual(stdout.split('\n').toSorted(), ['', 'a', ...numbers.map((number) => `node${number}`)].toSorted());
    assert.deepEqual(await readdir(join(dir, 'many')), ['cluster.xml']);
  });
});

suite('the old file is unharmed', () => {
  const cases: readonly {
    name: string;
    args: (file: string) => string[];
    content?: string | Buffer;
    mode?: number;
    error: RegExp;
    exitCode: number;
  }[] = [
    {
      name: 'truncated',
      args: (file) => [...host(1), '--file', file],
      content: '<cluster>\n<host><ip>1',
      error: /:2:\d+: error: unclosed tag/,
      exitCode: 2,
    },
    {
      name: 'Latin-1',
      args: (file) => [...host(1), '--file', file],
      content: Buffer.from('<cluster>\n<!-- \xe4 --></cluster>', 'latin1'),
      error: /:2:6: error: the byte 0xe4/,
      exitCode: 2,
    },
    {
      name: 'read-only',
      args: (file) => [...host(1), '--file', file],
      mode: 0o444,
      error: /is read-only; it is as it was/,
      exitCode: 1,
    },
    {
      name: 'empty',
      args: (file) => [...host(1), '--file', file],
      content: '',
      error: /:1:1: error: document must contain a root/,
      exitCode: 2,
    },
    { name: 'a wrong option', args: (file) => ['--ip', 'x', '--file', file], error: /--ip 'x'/, exitCode: 2 },
  ];
  for (const { name, args, content = sample, mode = 0o644, error, exitCode } of cases) {
    test(name, async () => {
      const file = join(dir, 'unharmed.xml');
      await rm(file, { force: true });
      await writeFile(file, content);
      await chmod(file, mode);
      const ended = await run('update-cluster-add', args(file));
      assert.match(ended.stderr, error);
      assert.doesNotMatch(ended.stderr, /^ {4}at /m);
      assert.equal(ended.exitCode, exitCode);
      assert.deepEqual(await readFile(file), Buffer.from(content));
    });
  }

  test('a full disk', async () => {
    const full = join(dir, 'full');
    await mkdir(full);
    await runCommand(['mount', '-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', full]);
    try {
      await writeFile(join(full, 'cluster.xml'), sample);
      await writeFile(join(full, 'filler'), Buffer.alloc(4096));
      const { exitCode, stderr } = await run('update-cluster-add', [...host(1), '--file', join(full, 'cluster.xml')]);
      assert.equal(exitCode, 1);
      assert.match(stderr, /writing .* failed; it is as it was\n {2}cause: ENOSPC/);
      assert.equal(await readFile(join(full, 'cluster.xml'), 'utf8'), sample);
      assert.deepEqual((await readdir(full)).toSorted(), ['cluster.xml', 'filler']);
    } finally {
      await runCommand(['umount', full]);
    }
  });

  test('what is no file', async () => {
    await runCommand(['mkfifo', join(dir, 'fifo')]);
    for (const file of [dir, '/dev/full', join(dir, 'fifo')]) {
      const { exitCode, stderr } = await run('update-cluster-add', [...host(1), '--file', file]);
      assert.deepEqual([exitCode, stderr], [2, `${file} is not a regular file, and is not replaced\n`]);
    }
    const readers = [['update-cluster-parseconfig', 'ip'], ['update-cluster-remove']] as const;
    for (const [name, ...args] of readers) {
      const directory = await run(name, [...args, '--file', dir]);
      assert.deepEqual([directory.exitCode, directory.stderr], [2, `${dir} is a directory, not a cluster.xml\n`]);
      const endless = await run(name, [...args, '--file', '/dev/zero']);
      assert.deepEqual(
        [endless.exitCode, endless.stderr],
        [2, '/dev/zero has more than 64 MiB, the most that is read\n'],
      );
    }
  });
});
