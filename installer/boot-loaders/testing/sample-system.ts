// A system with kernels for the tests of this folder. In: files. Out: a directory with them, and their tree.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { MergedTree } from '../../../packagelink/tree/tree.ts';
import { sha256 } from '../esp/esp-file.ts';

/** The files of a Debian with systemd-boot for `suffix`, and one kernel, each with bytes of its own. */
export function sampleFiles(suffix: string, release: string): Record<string, string> {
  const paths = [
    `usr/lib/systemd/boot/efi/systemd-boot${suffix}.efi`,
    `boot/vmlinuz-${release}`,
    `boot/initrd.img-${release}`,
  ];
  return Object.fromEntries(paths.map((path) => [path, `bytes of ${path}`]));
}

export function treeOf(files: Readonly<Record<string, string>>): MergedTree {
  const entries = Object.entries(files).map(([path, text]) => {
    return { path, type: 'file', content: { sha256: sha256(Buffer.from(text)), sizeBytes: text.length } };
  });
  return { entries } as unknown as MergedTree;
}

/** Replaces what is there. */
export function writeSystem(root: string, files: Readonly<Record<string, string>>): void {
  rmSync(root, { recursive: true, force: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}
