import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MiB } from '../../lib/bytes.ts';
import { checkSize } from './check-size.ts';

test('kernel and ramdisk together may have 96 MiB and not a byte more', () => {
  assert.equal(checkSize({ kernelBytes: 8 * MiB, ramdiskBytes: 88 * MiB }), 'kernel 8.00 MiB, ramdisk 88.0 MiB');
  assert.throws(
    () => checkSize({ kernelBytes: 8 * MiB, ramdiskBytes: 88 * MiB + 1 }),
    /too large: kernel 8\.00 MiB, ramdisk 88\.0 MiB; together at most 96\.0 MiB/,
  );
});
