import assert from 'node:assert/strict';
import { test } from 'node:test';
import { member } from '../sample-tar.ts';
import { BLOCK_BYTES, parseHeader, parseNumber } from './header.ts';

const numbers: readonly (readonly [field: string | number[], value: number | undefined])[] = [
  ['0000644\0', 0o644],
  ['    644 ', 0o644],
  ['77777777777', 0o77777777777],
  ['\0\0\0\0', 0],
  ['        ', 0],
  ['12\0 \0', 0o12],
  ['0000689\0', undefined],
  ['0x10\0', undefined],
  ['-1\0', undefined],
  ['1\0junk', undefined],
  [[0x80, 0, 0, 1], 1],
  [[0xff, 0xff, 0xff, 0xff], -1],
  [[0xff, 0xff, 0xfe, 0], -512],
  [[0x80, 0x20, 0, 0, 0, 0, 0, 0], undefined],
];

test('header: numbers are octal digits, or binary with the first bit set', () => {
  for (const [field, value] of numbers) {
    const bytes = typeof field === 'string' ? Buffer.from(field, 'latin1') : Buffer.from(field);
    assert.equal(parseNumber(bytes), value, JSON.stringify(field));
  }
});

test('header: the prefix belongs to ustar alone', () => {
  const name = (magic: string) => {
    const header = parseHeader(member({ name: 'b', prefix: 'a', magic }).subarray(0, BLOCK_BYTES));
    return 'fault' in header ? header.fault : header.name.toString();
  };
  assert.deepEqual([name('ustar\u000000'), name('ustar  \0'), name('\0\0\0\0\0\0\0\0')], ['a/b', 'b', 'b']);
});

test('header: a checksum of signed bytes is one as well', () => {
  const block = Buffer.from(member({ name: Buffer.from([0xc3, 0xbc]) }).subarray(0, BLOCK_BYTES));
  const sum = Number.parseInt(block.toString('latin1', 148, 154), 8) - 2 * 256;
  block.write(sum.toString(8).padStart(6, '0'), 148);
  const header = parseHeader(block);
  assert.equal('fault' in header ? header.fault : header.name.toString(), 'ü');
  block[0] = 0x61;
  assert.match(JSON.stringify(parseHeader(block)), /checksum is wrong/);
});
