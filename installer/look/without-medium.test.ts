import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diskFactsSchema } from '../../partition-specs/disk-facts.ts';
import { withoutMedium } from './without-medium.ts';

const disk = (path: string, more: object = {}) =>
  diskFactsSchema.parse({
    path,
    sizeBytes: 1e9,
    logicalSectorBytes: 512,
    physicalSectorBytes: 512,
    rotational: false,
    removable: false,
    readOnly: false,
    ...more,
  });
const partition = (mountpoints: string[]) => ({ number: 1, startSector: 64, sizeSectors: 64, type: '0', mountpoints });

test('the stick that was started from is no disk of the machine, mounted as a whole or as a partition', () => {
  const disks = [
    disk('/dev/sda', { mountpoints: ['/run/medium'] }),
    disk('/dev/sdb', { partitions: [partition(['/run/medium'])] }),
    disk('/dev/sdc', { partitions: [partition(['/run/media'])] }),
    disk('/dev/sdd'),
  ];
  assert.deepEqual(
    withoutMedium(disks).map(({ path }) => path),
    ['/dev/sdc', '/dev/sdd'],
  );
});
