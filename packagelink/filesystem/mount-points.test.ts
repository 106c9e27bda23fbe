import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leaveMounts } from '../fit/leave-mounts.ts';
import { mergeTree } from '../merge/merge.ts';
import { parseFileSystems, parseMountPoints } from './mount-points.ts';
import { fileEntry, packageOf } from '../testing/sample-tree.ts';

// As proc(5) shows them: a blank and a backslash in octal, optional fields before the hyphen.
const MOUNTINFO = String.raw`22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:25 / /proc rw - proc proc rw
31 22 254:1 / /mnt/target rw - ext4 /dev/vdb rw
32 31 254:2 / /mnt/target/usr/local rw master:3 - ext4 /dev/vdc rw
33 31 254:2 / /mnt/target/a\040blank\134 rw - ext4 /dev/vdc rw
34 22 254:2 / /mnt/targets rw - ext4 /dev/vdc rw
`;

test('mount points below a target, as package paths', () => {
  assert.deepEqual([...parseMountPoints(MOUNTINFO, '/mnt/target')], ['usr/local', 'a blank\\']);
  assert.deepEqual([...parseMountPoints(MOUNTINFO, '/mnt/target', ['usr/local'])], ['a blank\\']);
  assert.deepEqual(
    [...parseMountPoints(MOUNTINFO, '/')],
    ['proc', 'mnt/target', 'mnt/target/usr/local', 'mnt/target/a blank\\', 'mnt/targets'],
  );
  assert.deepEqual([...parseMountPoints(MOUNTINFO, '/mnt/target/usr')], ['local']);
});

test('the file systems of a target: its own, and those below it; of several at one place, the last', () => {
  const more = `${MOUNTINFO}35 31 254:9 / /mnt/target/dosc rw - ext4 /dev/vdd rw
36 35 254:9 / /mnt/target/dosc rw shared:5 master:3 - vfat /dev/vdd rw
`;
  const below = { 'usr/local': 'ext4', 'a blank\\': 'ext4', dosc: 'vfat' };
  assert.deepEqual(Object.fromEntries(parseFileSystems(more, '/mnt/target')), { '': 'ext4', ...below });
  assert.deepEqual(Object.fromEntries(parseFileSystems(more, '/mnt/target/dosc/x')), { '': 'vfat' });
  assert.equal(parseFileSystems(more, '/').get('proc'), 'proc');
  assert.equal(parseFileSystems(more, '/').get(''), 'ext4');
});

test('only what is mounted over is left, and only where a package wants something there is that an error', () => {
  const manifest = packageOf(
    [fileEntry('usr/local/bin/tool', 'x'), fileEntry('proc/x', 'x'), fileEntry('usr/tool', 'x')],
    {
      mutable: ['proc/*'],
    },
  );
  const tree = mergeTree({ layers: [{ name: 'site', priority: 50, manifest }], defines: {} });
  const { tree: rest, errors } = leaveMounts(tree, new Map(), new Set(['usr/local', 'proc']));
  assert.deepEqual(
    rest.entries.map((entry) => entry.path),
    ['usr', 'usr/tool'],
  );
  assert.deepEqual(errors, [
    'usr/local/bin of site and 1 more not compared: usr/local is a mount point that this run does not cross; list it to allow that',
  ]);
});
