// Read back by stat, getfattr and du, and by Node's fs where it can.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { exchange } from './exchange.ts';
import { getAttribute, listAttributes, removeAttribute, setAttribute } from './extended-attributes.ts';
import { hasHoles } from './holes.ts';
import { makeSpecial, specialOf } from './device-nodes.ts';
import { setTime, timeOf } from './times.ts';

const inFolder = (work: (dir: string) => void) => {
  const dir = mkdtempSync(join(tmpdir(), 'native-'));
  try {
    work(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
};
const output = (...argv: [string, ...string[]]) => execFileSync(argv[0], argv.slice(1), { encoding: 'utf8' }).trim();

const times: [seconds: number, nanoseconds: number][] = [
  [1_700_000_000, 123_456_789],
  [1_700_000_000, 999_999_999],
  [0, 1],
  [-1, 999_999_999],
  [4_294_967_297, 7],
];

for (const [seconds, nanoseconds] of times) {
  test(`setTime: ${seconds}.${String(nanoseconds).padStart(9, '0')}, by path, by descriptor, of a link`, () => {
    inFolder((dir) => {
      const [byPath, byFd, link] = ['path', 'fd', 'link'].map((name) => join(dir, name)) as [string, string, string];
      writeFileSync(byPath, '');
      symlinkSync('path', link);
      setTime(link, { seconds, nanoseconds });
      assert.notEqual(lstatSync(byPath, { bigint: true }).mtimeNs, lstatSync(link, { bigint: true }).mtimeNs);
      setTime(byPath, { seconds, nanoseconds });
      const fd = openSync(byFd, 'w');
      setTime(fd, { seconds, nanoseconds });
      closeSync(fd);
      const wanted = BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
      for (const path of [byPath, byFd, link]) assert.equal(lstatSync(path, { bigint: true }).mtimeNs, wanted);
      assert.deepEqual(timeOf(wanted), { seconds, nanoseconds });
    });
  });
}

test('exchange: a file and a directory change places; nothing happens when one is missing', () => {
  inFolder((dir) => {
    const [file, folder] = [join(dir, 'file'), join(dir, 'folder')];
    writeFileSync(file, 'x');
    mkdirSync(folder);
    assert.equal(exchange(file, folder), true);
    assert.deepEqual([lstatSync(file).isDirectory(), lstatSync(folder).isFile()], [true, true]);
    assert.throws(() => exchange(file, join(dir, 'none')), { code: 'ENOENT' });
  });
});

test('attributes: set, read by getfattr, listed, removed; empty, binary, and with a name of any bytes', () => {
  inFolder((dir) => {
    const file = join(dir, 'file');
    writeFileSync(file, '');
    const cases: [name: Buffer, value: Buffer][] = [
      [Buffer.from('user.empty'), Buffer.alloc(0)],
      [Buffer.from('user.bytes'), Buffer.from([0, 255, 10, 61])],
      [Buffer.from('user.a=b\n'), Buffer.from('x')],
      [Buffer.concat([Buffer.from('user.'), Buffer.from([0xff])]), Buffer.from('y')],
      [Buffer.from('user.large'), Buffer.alloc(3000, 'z')],
    ];
    const fd = openSync(file, 'r');
    for (const [index, [name, value]] of cases.entries()) setAttribute(index % 2 === 0 ? file : fd, name, value);
    assert.equal(output('getfattr', '--only-values', '-n', 'user.large', file), 'z'.repeat(3000));
    assert.match(output('getfattr', '-d', '-e', 'hex', file), /user\.bytes=0x00ff0a3d/);
    const hex = (names: readonly Buffer[]) => names.map((name) => name.toString('hex')).toSorted();
    assert.deepEqual(hex(listAttributes(file)), hex(cases.map(([name]) => name)));
    for (const [name, value] of cases) {
      assert.deepEqual(getAttribute(file, name), value);
      assert.deepEqual(getAttribute(fd, name), value);
      removeAttribute(file, name);
      removeAttribute(fd, name);
      assert.equal(getAttribute(fd, name), undefined);
    }
    closeSync(fd);
    assert.equal(output('getfattr', '-d', file), '');
  });
});

test('an error has its code, its path, and what was being done', () => {
  assert.throws(() => listAttributes('/no/such/thing'), {
    code: 'ENOENT',
    path: '/no/such/thing',
    message: "ENOENT: no such file or directory, listing the attributes of '/no/such/thing'",
  });
  assert.throws(() => setTime(-1, { seconds: 0, nanoseconds: 0 }), { code: 'EBADF', message: /descriptor -1/ });
  assert.throws(() => setTime('/x\0y', { seconds: 0, nanoseconds: 0 }), /null bytes/);
  inFolder((dir) => {
    const link = join(dir, 'link');
    symlinkSync('/no/such/thing', link);
    assert.deepEqual(listAttributes(link), []);
    assert.throws(() => setAttribute(link, Buffer.from('user.x'), Buffer.from('1')), { code: 'EPERM' });
    assert.throws(() => makeSpecial(link, 'fifo', 0o600), { code: 'EEXIST' });
  });
});

test('hasHoles: as du sees them', () => {
  inFolder((dir) => {
    const [sparse, full, empty] = ['sparse', 'full', 'empty'].map((name) => join(dir, name)) as [
      string,
      string,
      string,
    ];
    const open = (path: string) => openSync(path, constants.O_RDWR | constants.O_CREAT);
    const [a, b, c] = [open(sparse), open(full), open(empty)];
    writeSync(a, 'start');
    ftruncateSync(a, 1_000_000);
    writeFileSync(full, Buffer.alloc(1_000_000));
    assert.deepEqual([hasHoles(a, 1_000_000), hasHoles(b, 1_000_000), hasHoles(c, 0)], [true, false, false]);
    assert.ok(Number(output('du', '-B1', sparse).split('\t')[0]) < 100_000);
    for (const fd of [a, b, c]) closeSync(fd);
  });
});

test('specialOf: what stat says of the machine’s own devices', () => {
  for (const path of ['/dev/null', '/dev/zero', '/dev/tty', '/etc', '/etc/passwd']) {
    const [kind, major, minor] = output('stat', '-L', '-c', '%F %Hr %Lr', path).replace(' special file', '').split(' ');
    const expected = kind === 'character' ? `char ${major}:${minor}` : undefined;
    assert.equal(specialOf(lstatSync(path)), expected, path);
  }
});

test('makeSpecial: a FIFO', () => {
  inFolder((dir) => {
    makeSpecial(join(dir, 'fifo'), 'fifo', 0o600);
    assert.equal(output('stat', '-c', '%F %a', join(dir, 'fifo')), 'fifo 600');
    assert.equal(specialOf(lstatSync(join(dir, 'fifo'))), 'fifo');
  });
});
