import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatFattrDump, parseFattrDump, readPathXattrs, readTreeXattrs } from './xattrs.ts';

test('xattrs: a dump as getfattr prints it', () => {
  const dump = [
    '# file: /t/bin/ping',
    'security.capability=0sAQAAAgAgAAAAAAAAAAAAAAAAAAA=',
    'security.selinux=0sdW5jb25maW5lZA==',
    '',
    '# file: /t/a\\012b\\134c',
    'user.empty=0s',
    'user.we\\075ird=0sMQ==',
    '',
    '# file: /t/label-only',
    'security.selinux=0sdW5jb25maW5lZA==',
    '',
  ].join('\n');
  assert.deepEqual(
    [...parseFattrDump(dump)],
    [
      ['/t/bin/ping', { 'security.capability': 'AQAAAgAgAAAAAAAAAAAAAAAAAAA=' }],
      ['/t/a\nb\\c', { 'user.empty': '', 'user.we=ird': 'MQ==' }],
    ],
  );
});

test('xattrs: what is formatted is parsed back', () => {
  const wanted = new Map([
    ['/t/a\nb\\c=é', { 'user.x': 'MQ==' }],
    ['/t/y', { 'user.a=b': '', 'security.capability': 'AQ==' }],
  ]);
  assert.deepEqual(parseFattrDump(formatFattrDump(wanted)), wanted);
});

test('xattrs: unexpected output is an error, not a lost attribute', () => {
  assert.throws(() => parseFattrDump('# file: /x\nuser.a="text"\n'), /getfattr printed/);
});

test('xattrs: one run for a tree, few for many paths', async () => {
  const runs: (readonly string[])[] = [];
  const run = async (argv: readonly string[]) => {
    runs.push(argv);
    return await Promise.resolve({ exitCode: 0, stdout: '', stderr: '' });
  };
  await readTreeXattrs(run, '/t');
  await readPathXattrs(
    run,
    Array.from({ length: 501 }, (_, index) => `/t/${index}`),
  );
  assert.deepEqual(
    runs.map((argv) => argv.filter((word) => word.startsWith('/t')).length),
    [1, 500, 1],
  );
  assert.ok(runs[0]?.includes('-R') && runs.every((argv) => argv.includes('-h') && argv.includes('-P')));
});
