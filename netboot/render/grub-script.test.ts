import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { renderInstallerScript, renderLocalDiskScript, renderStartScript } from './grub-script.ts';

const INSTALLER = {
  name: 'q-bert',
  mac: '52:54:00:12:34:56',
  token: 'ab'.repeat(32),
  architecture: 'arm64',
  serverUrl: 'http://10.77.0.1:8080',
  consoles: ['tty0', 'ttyAMA0,115200'],
  attempt: 1,
  attemptsAllowed: 3,
};
const URL = 'http://10.77.0.1:8080';

test('the start script runs the script of the machine by its MAC and falls back to the disk', () => {
  const script = renderStartScript({ url: URL });
  assert.match(script, /^source \(http,10\.77\.0\.1:8080\)\/boot\/mac\/\$net_default_mac\.grub$/m);
  assert.match(script, /no boot script[^]*sleep 10[^]*set root=\$disk; fi\n +if chainloader \$loader/);
});

test('the installer script: kernel and ramdisk of its architecture, and what they are told', () => {
  const script = renderInstallerScript(INSTALLER);
  assert.match(
    script,
    new RegExp(
      '^linux \\(http,10\\.77\\.0\\.1:8080\\)/boot/arm64/vmlinuz gutinteg\\.server=http://10\\.77\\.0\\.1:8080 ' +
        `gutinteg\\.mac=52:54:00:12:34:56 gutinteg\\.token=${INSTALLER.token} console=tty0 console=ttyAMA0,115200 panic=30 `,
      'm',
    ),
  );
  assert.match(script, /^initrd \(http,10\.77\.0\.1:8080\)\/boot\/arm64\/ramdisk\.img\nboot\n/m);
});

test('an unsigned or missing loader on a disk does not end the search for others', () => {
  const script = renderLocalDiskScript({ mac: INSTALLER.mac, why: 'x' });
  const loaders = /^for loader in (.*); do$/m.exec(script)?.[1]?.split(' ') ?? [];
  assert.equal(loaders[0], '(hd*,*)/EFI/debian/shim${efi}.efi');
  assert(loaders.includes('(hd*,*)/EFI/Microsoft/Boot/bootmgfw.efi'));
  assert(
    loaders.every((loader) => loader.startsWith('(hd*,*)/EFI/')),
    'on every disk',
  );
});

test('property: no name or reason adds a line, a variable or a command', () => {
  const lineCount = renderLocalDiskScript({ mac: INSTALLER.mac, why: 'x' }).split('\n').length;
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (why, name) => {
      const local = renderLocalDiskScript({ mac: INSTALLER.mac, why });
      const installer = renderInstallerScript({ ...INSTALLER, name });
      assert.equal(local.split('\n').length, lineCount);
      assert.equal(installer.split('\n').length, renderInstallerScript(INSTALLER).split('\n').length);
      for (const script of [local, installer]) {
        assert.match(script.split('\n')[0] ?? '', /^echo '[A-Za-z0-9 ._:;,/()+=@%?-]*'$/);
      }
    }),
  );
});
