import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultsError } from '../lib/errors.ts';
import { checkSpecSupport } from './spec-support.ts';
import { parsePartitionSpec } from './spec.ts';

const cases: [text: string, fault: RegExp | undefined][] = [
  ['disk0: (a 9G ext4 /) (b 300M xfs /srv)', undefined],
  ['disk0: (a 9G ext4 /) (b 299M xfs /srv)', /^299 MiB for xfs; it needs 300 MiB$/],
  ['disk0: (a 9G ext4 /) (b 100M btrfs /srv)', /it needs 256 MiB/],
  ['disk0: (a 9G ext4 /) (b 20T ext3 /srv)', /^20\.0 TiB for ext3; it must be less than 16\.0 TiB$/],
  ['disk0: (a 9G ext4 /) (b 3T vfat /srv)', /less than 2\.00 TiB/],
  ['disk0: (a 9G ext4 /) (b 20T swap)', /less than 16\.0 TiB/],
  ['disk0: (a 9G ext4 /) (b 32M vfat /boot/efi)', /it needs 32\.5 MiB, as firmware reads FAT32/],
  // Rounded up to an extent of 4 MiB, and to a whole MiB.
  ['disk0: (a rest lvm v) v: (x 7M ext4 /srv) (y 9G ext4 /)', undefined],
  ['disk0: (a rest lvm v) v: (x 4M ext4 /srv) (y 9G ext4 /)', /it needs 8\.00 MiB/],
  ['disk0: (a 9G ext4 /) (b 306300K xfs /srv)', undefined],
  ['disk0: (a 9G ext4 /) (b 100M-200M xfs /srv)', /it needs 300 MiB/],
  ['disk0: (a 9G ext4 /) (b 100M-1G xfs /srv)', undefined],
  ['disk0: (a 9G ext4 /) (b 17T-20T ext3 /srv)', /less than 16\.0 TiB/],
  // The disk has the last word.
  ['disk0: (a 9G ext4 /) (b 10 xfs /srv)', undefined],
  ['disk0: (a 9G ext4 /) (b 1% xfs /srv)', undefined],
  ['disk0: (a 9G ext4 /) (h 1M ext4 /srv data)', undefined],
];
for (const [text, fault] of cases) {
  test(`known without a disk: ${text}`, () => {
    const check = () => checkSpecSupport({ spec: parsePartitionSpec(text) });
    if (fault === undefined) assert.doesNotThrow(check);
    else
      assert.throws(check, (error) => {
        assert.ok(error instanceof FaultsError);
        assert.equal(error.faults.length, 1);
        assert.match(error.faults[0]?.message ?? '', fault);
        return true;
      });
  });
}
