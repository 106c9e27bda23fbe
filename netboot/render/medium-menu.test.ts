import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderMediumMenu } from './medium-menu.ts';

const buildId = '0123456789abcdef';
const serverUrl = 'http://10.77.0.1:8080';
const consoles = ['tty0', 'ttyS1,9600n8'];
const named = (name: string) => ({ macs: [], token: '', lookup: { name } }) as never;

const linesOf = (names: readonly string[], erases: readonly string[] = []): string[] =>
  renderMediumMenu({ medium: { buildId, serverUrl, machines: names.map(named) }, consoles, erases })
    .split('\n')
    .map((line) => line.trim());

test('online, the kernel is told the build and the consoles, and nothing that erases is in the menu', () => {
  const lines = linesOf([]);
  assert(lines.includes(`menuentry 'Ask ${serverUrl} what to do with this machine' --id install {`));
  const parameters = `gutinteg.medium=${buildId} console=tty0 console=ttyS1,9600n8 panic=30 quiet`;
  assert(lines.includes(`linux ($medium)/boot/vmlinuz ${parameters}`));
  assert.doesNotMatch(lines.join('\n'), /again|ERASES/);
  // A UEFI that was told to start the medium means it.
  assert.match(lines.join('\n'), /"\$grub_platform" = pc \]; then\nif search .*medium-/);
  assert(lines.includes('if serial --unit=1 --speed=9600; then'));
});

test('offline, the default installs once; a machine with the mark starts from its disk', () => {
  const lines = linesOf(['q-bert'], ['q-bert (52:54:00:12:34:56): erases disk0 (serial:1)']);
  const text = lines.join('\n');
  assert.match(
    text,
    /set default=install\n(.*\n)*.*--file --set=installed \/boot\/gutinteg\/medium-0123456789abcdef; then set default=disk/,
  );
  assert(lines.includes("menuentry 'Install q-bert from this medium: ERASES its disks, once' --id install {"));
  assert(lines.includes("echo 'gutinteg: q-bert (52:54:00:12:34:56): erases disk0 (serial:1)'"));
  assert.equal(lines.filter((line) => line.includes(' gutinteg.offline ')).length, 2);
  assert.equal(lines.filter((line) => line.includes(' gutinteg.again ')).length, 1);
});

test('of many machines, some are named; no name becomes a command', () => {
  const text = linesOf(['a', 'b', 'c', 'd', "e'; reboot #", 'f'], ["x'\nreboot"]).join('\n');
  assert.match(text, /Install a, b, c, d and 2 more from this medium/);
  assert.match(text, /gutinteg: x\?\?reboot'/);
  assert.doesNotMatch(text, /^reboot/m);
});
