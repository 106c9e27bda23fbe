import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseModulesDep, selectModules } from './select-modules.ts';

const dependencies = parseModulesDep(`kernel/fs/ext4/ext4.ko: kernel/fs/jbd2/jbd2.ko kernel/lib/crc16.ko
kernel/fs/jbd2/jbd2.ko:
kernel/lib/crc16.ko:
kernel/fs/ext4/ext4-test.ko: kernel/fs/ext4/ext4.ko kernel/fs/jbd2/jbd2.ko kernel/lib/crc16.ko
kernel/drivers/net/tun.ko:
`);

const cases: readonly { name: string; wanted: string[]; excluded?: string[]; modules: string[]; missing?: string[] }[] =
  [
    { name: 'nothing', wanted: [], modules: [] },
    { name: 'a single module without needs', wanted: ['drivers/net/tun.ko'], modules: ['kernel/drivers/net/tun.ko'] },
    {
      name: 'a folder, with what its modules need, without what is excluded',
      wanted: ['fs/ext4/'],
      excluded: ['fs/ext4/ext4-test.ko'],
      modules: ['kernel/fs/ext4/ext4.ko', 'kernel/fs/jbd2/jbd2.ko', 'kernel/lib/crc16.ko'],
    },
    { name: 'a folder is no prefix of another', wanted: ['fs/ext/'], modules: [], missing: ['fs/ext/'] },
    { name: 'a module that is not there', wanted: ['fs/ext4/ext5.ko'], modules: [], missing: ['fs/ext4/ext5.ko'] },
  ];

for (const { name, wanted, excluded = [], modules, missing = [] } of cases) {
  test(name, () => assert.deepEqual(selectModules({ dependencies, wanted, excluded }), { modules, missing }));
}
