import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { renderInstallerScript, renderLocalDiskScript, renderStartScript } from './ipxe-script.ts';

const INSTALLER = {
  name: 'q-bert',
  mac: '52:54:00:12:34:56',
  token: 'ab'.repeat(32),
  serverUrl: 'http://10.77.0.1:8080',
  architecture: 'amd64',
  consoles: ['tty0', 'ttyS0,115200'],
  attempt: 1,
  attemptsAllowed: 3,
};

test('the start script chains to the machine by its MAC and falls back to the disk', () => {
  const script = renderStartScript({ url: 'http://10.77.0.1:8080' });
  assert.match(script, /^#!ipxe\n/);
  assert.match(script, /^chain http:\/\/10\.77\.0\.1:8080\/boot\/mac\/\$\{netX\/mac\}\.ipxe \|\| goto no_script$/m);
  assert.match(script, /^sanboot --no-describe --drive 0x80 \|\|$/m);
});

test('the installer script', () => {
  const script = renderInstallerScript(INSTALLER);
  assert.match(
    script,
    new RegExp(
      '^kernel http://10\\.77\\.0\\.1:8080/boot/amd64/vmlinuz initrd=ramdisk\\.img gutinteg\\.server=http://10\\.77\\.0\\.1:8080 ' +
        `gutinteg\\.mac=52:54:00:12:34:56 gutinteg\\.token=${INSTALLER.token} console=tty0 console=ttyS0,115200 panic=30 `,
      'm',
    ),
  );
});

test('every goto has its label', () => {
  for (const script of [renderStartScript({ url: 'http://s' }), renderInstallerScript(INSTALLER)]) {
    for (const [, label] of script.matchAll(/goto (\w+)/g)) assert.match(script, new RegExp(`^:${label}$`, 'm'));
  }
});

test('property: no name or reason adds a line, a setting or a command', () => {
  const lineCount = renderLocalDiskScript({ mac: INSTALLER.mac, why: 'x' }).split('\n').length;
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (why, name) => {
      const local = renderLocalDiskScript({ mac: INSTALLER.mac, why });
      const installer = renderInstallerScript({ ...INSTALLER, name });
      assert.equal(local.split('\n').length, lineCount);
      assert.equal(installer.split('\n').length, renderInstallerScript(INSTALLER).split('\n').length);
      for (const script of [local, installer]) {
        const echoes = script.split('\n').filter((line) => line.startsWith('echo'));
        assert(echoes.every((line) => /^[\x20-\x7e]*$/.test(line) && !/[$\\"'`|&#{}\r]/.test(line)));
      }
    }),
  );
});
