import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBootService } from './boot-service.ts';
import { oneMachineSite } from './fake-machine-source.ts';
import { createMachines } from './machines/machines.ts';
import { openDatabase } from './state/database.ts';

const FILES: readonly [name: string, what: 'loader' | 'script' | undefined][] = [
  ['undionly.kpxe', 'loader'],
  ['/undionly.kpxe', 'loader'],
  ['//undionly.kpxe', 'loader'],
  ['\\undionly.kpxe', 'loader'],
  ['\\\\/undionly.kpxe', 'loader'],
  ['/start.ipxe', 'script'],
  ['//autoexec.ipxe', 'script'],
  ['/grub/grub.cfg', 'script'],
  ['UNDIONLY.KPXE', undefined],
  ['undionly.kpxe/', undefined],
  ['./undionly.kpxe', undefined],
  ['/../undionly.kpxe', undefined],
  ['x/../undionly.kpxe', undefined],
  ['boot/undionly.kpxe', undefined],
  ['undionly.kpxe\u00ff', undefined],
  ['//etc/hostname', undefined],
  ['/', undefined],
  ['', undefined],
];

test('names by TFTP: slashes before a name are none of it, whichever way they lean', () => {
  const loaders = new Map([['undionly.kpxe', Buffer.from('iPXE')]]);
  const { source } = oneMachineSite();
  const machines = createMachines({ database: openDatabase(':memory:'), source, attempts: 3 });
  const consoles = { amd64: [], arm64: [] };
  const boot = createBootService({
    source,
    machines,
    serverUrl: 'http://x:8080',
    consoles,
    firmwareOf: () => undefined,
    loaders,
  });
  for (const [name, what] of FILES) {
    for (const via of ['tftp', 'http'] as const) {
      const text = boot.file(name, via) === undefined ? undefined : Buffer.from(boot.file(name, via) ?? []).toString();
      const found = /^(#!ipxe|echo "gutinteg: asking)/.test(text ?? '') ? 'script' : text;
      assert.equal(found === 'iPXE' ? 'loader' : found, what, `${name} by ${via}`);
    }
  }
});
