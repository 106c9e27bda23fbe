import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fatMounts, ownMounts } from './own-mounts.ts';

test('without a layout, fstab says which file systems are the machine’s own', () => {
  const fstab = [
    '# comment /srv ext4',
    'UUID=1 / ext4 defaults 0 1',
    '  UUID=2\t/boot/efi  vfat umask=0077 0 2',
    'LABEL=d /srv/with\\040blank/ xfs defaults',
    'UUID=3 none swap sw 0 0',
    'files:/home /home nfs4 defaults 0 0',
    '//files/x /mnt/x cifs guest 0 0',
    'tmpfs /tmp tmpfs defaults 0 0',
    'broken',
    '',
  ].join('\n');
  assert.deepEqual(ownMounts(undefined, fstab), ['boot/efi', 'srv/with blank', 'tmp']);
  assert.deepEqual(ownMounts(undefined, ''), []);
  assert.deepEqual(fatMounts(fstab), ['boot/efi']);
});
