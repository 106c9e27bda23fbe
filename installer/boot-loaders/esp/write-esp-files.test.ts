import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeError } from '../../../lib/errors.ts';
import { spareForeignFallback } from './spare-foreign-fallback.ts';
import { compareEspFiles, writeEspFiles } from './write-esp-files.ts';
import type { EspBytes } from './write-esp-files.ts';
import { sha256 } from './esp-file.ts';

const file = (path: string, text: string, more: Partial<EspBytes> = {}): EspBytes => {
  return { path, bytes: Buffer.from(text), ...more };
};
const files = [
  file('EFI/debian/grubx64.efi', 'GRUB'),
  file('EFI/debian/shimx64.efi', 'shim'),
  file('EFI/BOOT/fbx64.efi', 'fallback', { isFallback: true }),
  file('EFI/BOOT/BOOTX64.EFI', 'shim', { isFallback: true }),
];

function scratch(stack: DisposableStack): string {
  const top = mkdtempSync(join(tmpdir(), 'esp-'));
  stack.defer(() => rmSync(top, { recursive: true }));
  return top;
}

test('an empty partition gets all files, and a second run finds nothing to do', async () => {
  using stack = new DisposableStack();
  const top = scratch(stack);
  const differences = await writeEspFiles(top, files);
  assert.deepEqual(
    differences.map(({ path, action }) => [path, action]),
    files.map(({ path }) => [path, 'created']),
  );
  assert.equal(readFileSync(join(top, 'EFI/BOOT/BOOTX64.EFI'), 'utf8'), 'shim');
  assert.deepEqual(readdirSync(join(top, 'EFI/debian')).toSorted(), ['grubx64.efi', 'shimx64.efi']);
  assert.deepEqual(await writeEspFiles(top, files), []);
});

test('only what differs is written, what a killed run left goes, and other files stay', async () => {
  using stack = new DisposableStack();
  const top = scratch(stack);
  await writeEspFiles(top, files);
  const untouched = statSync(join(top, 'EFI/debian/shimx64.efi')).ino;
  writeFileSync(join(top, 'EFI/debian/grubx64.efi'), 'GRUX');
  writeFileSync(join(top, 'EFI/debian/gutinteg.new'), 'half of');
  mkdirSync(join(top, 'EFI/Microsoft'));
  const differences = await writeEspFiles(top, files);
  assert.deepEqual(differences, [
    { path: 'EFI/debian/grubx64.efi', action: 'replaced', sha256: sha256(Buffer.from('GRUX')) },
  ]);
  assert.equal(statSync(join(top, 'EFI/debian/shimx64.efi')).ino, untouched);
  assert.deepEqual(readdirSync(join(top, 'EFI/debian')).toSorted(), ['grubx64.efi', 'shimx64.efi']);
  assert.deepEqual(readdirSync(join(top, 'EFI')).toSorted(), ['BOOT', 'Microsoft', 'debian']);
});

test('a file that stands where a directory belongs is an error, not a hang', async () => {
  using stack = new DisposableStack();
  const top = scratch(stack);
  writeFileSync(join(top, 'EFI'), '');
  assert.equal((await compareEspFiles(top, files)).length, files.length);
  await assert.rejects(writeEspFiles(top, files), (error) => {
    assert.match(describeError(error), /EFI\/debian could not be changed, .*: (?:EEXIST|ENOTDIR)/);
    return true;
  });
});

for (const { what, now, known, spared } of [
  { what: 'nothing', now: undefined, known: [], spared: false },
  { what: 'ours', now: 'shim', known: [], spared: false },
  { what: 'an older one of ours', now: 'old', known: [sha256(Buffer.from('old'))], spared: false },
  { what: "another system's", now: 'Windows', known: [], spared: true },
]) {
  test(`on a shared partition, where the fallback is ${what}, it is ${spared ? 'left' : 'written'}`, async () => {
    using stack = new DisposableStack();
    const top = scratch(stack);
    mkdirSync(join(top, 'EFI/BOOT'), { recursive: true });
    if (now !== undefined) writeFileSync(join(top, 'EFI/BOOT/BOOTX64.EFI'), now);
    const own = await spareForeignFallback(top, files, new Set(known));
    assert.equal(own.length, spared ? 2 : 4);
  });
}
