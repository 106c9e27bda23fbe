// Scripts for GRUB, read by GRUB's own parser.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { renderInstallerScript, renderLocalDiskScript, renderStartScript } from '../../netboot/render/grub-script.ts';
import { unpackedPackage } from '../helpers/unpacked-package.ts';

const check = join(await unpackedPackage('grub-common'), 'usr/bin/grub-script-check');
const MAC = '52:54:00:12:34:56';
const serverUrl = 'http://10.77.0.1:8080';
const HOSTILE = `it's "$(reboot)" \`\\; { } | & < > # \n done\r\nfi; \u{1F600}`;
const installer = {
  name: 'q-bert',
  mac: MAC,
  token: '0'.repeat(64),
  architecture: 'amd64',
  serverUrl,
  consoles: ['tty0', 'ttyS0,115200'],
  attempt: 1,
  attemptsAllowed: 3,
};

const SCRIPTS: readonly [name: string, script: string][] = [
  ['the first one', renderStartScript({ url: serverUrl })],
  ['the local disk', renderLocalDiskScript({ mac: MAC, why: 'q-bert is not armed' })],
  ['the local disk, for a hostile reason', renderLocalDiskScript({ mac: MAC, why: HOSTILE })],
  ['the installer', renderInstallerScript(installer)],
  ['the installer, of a hostile name', renderInstallerScript({ ...installer, name: HOSTILE })],
];

for (const [name, script] of SCRIPTS) {
  test(`GRUB can read ${name}`, async () => {
    await runCommand([check], { stdin: script });
    await assert.rejects(runCommand([check], { stdin: `${script}fi\n` }));
  });
}
