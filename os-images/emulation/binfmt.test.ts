import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { architectureOf, architectures } from '../../lib/architecture.ts';
import { renderRegistration } from './binfmt.ts';

test('the registration of arm64, as QEMU documents it', () => {
  assert.equal(
    renderRegistration(architectures.arm64),
    String.raw`:gutinteg-arm64:M::\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00` +
      String.raw`:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:/usr/bin/qemu-aarch64-static:OCF`,
  );
});

test('it fits a program of its architecture, and no other', async () => {
  const program = (await readFile(process.execPath)).subarray(0, 20);
  for (const architecture of Object.values(architectures)) {
    const [, , , , magic = '', mask = ''] = renderRegistration(architecture).split(':');
    const bytes = (text: string) =>
      text
        .split('\\x')
        .slice(1)
        .map((hex) => Number.parseInt(hex, 16));
    const fits = bytes(magic).every((byte, at) => ((program[at] ?? 0) & (bytes(mask)[at] ?? 0)) === byte);
    assert.equal(fits, architecture.name === architectureOf(process.arch), architecture.name);
  }
});
