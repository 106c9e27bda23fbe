import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { listAttributes, setAttribute } from '../native/extended-attributes.ts';
import { readXattrs, writeXattrs } from './xattrs.ts';

const withFile = (work: (file: string) => void) => {
  const dir = mkdtempSync(join(tmpdir(), 'xattrs-'));
  try {
    writeFileSync(join(dir, 'file'), '');
    work(join(dir, 'file'));
  } finally {
    rmSync(dir, { recursive: true });
  }
};
const setfattr = (file: string, name: string, value: string) =>
  execFileSync('setfattr', ['-n', name, '-v', value, file]);

test('xattrs: read in the order of their names', () => {
  withFile((file) => {
    assert.deepEqual(readXattrs(file), { xattrs: undefined, others: [] });
    setfattr(file, 'user.b', 'two');
    setfattr(file, 'user.a', '');
    const { xattrs, others } = readXattrs(file);
    assert.equal(JSON.stringify(xattrs), '{"user.a":"","user.b":"dHdv"}');
    assert.deepEqual(others, []);
  });
});

test('xattrs: a name that is no text is named among the others', () => {
  withFile((file) => {
    setAttribute(file, Buffer.from([...Buffer.from('user.'), 0xff]), Buffer.from('x'));
    assert.deepEqual(readXattrs(file), { xattrs: undefined, others: ['user.\ufffd'] });
    writeXattrs(file);
    assert.deepEqual(listAttributes(file), []);
  });
});

test('xattrs: exactly the wanted ones stay', () => {
  withFile((file) => {
    setfattr(file, 'user.old', 'x');
    setfattr(file, 'user.kept', 'before');
    writeXattrs(file, { 'user.kept': Buffer.from('after').toString('base64'), 'user.new\n=': '' });
    assert.deepEqual(readXattrs(file).xattrs, { 'user.kept': 'YWZ0ZXI=', 'user.new\n=': '' });
    assert.match(
      execFileSync('getfattr', ['--absolute-names', '-d', file], { encoding: 'utf8' }),
      /user\.kept="after"/,
    );
  });
});
