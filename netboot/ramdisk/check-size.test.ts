import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MiB } from '../../lib/bytes.ts';
import { checkSize } from './check-size.ts';

test('the ramdisk may have 70 MiB and not a byte more', () => {
  assert.equal(checkSize({ kernelBytes: 8 * MiB, ramdiskBytes: 70 * MiB }), 'kernel 8.00 MiB, ramdisk 70.0 MiB');
  assert.throws(
    () => checkSize({ kernelBytes: 8 * MiB, ramdiskBytes: 70 * MiB + 1 }),
    /too large: kernel 8\.00 MiB, ramdisk 70\.0 MiB; the ramdisk may have 70\.0 MiB/,
  );
});
