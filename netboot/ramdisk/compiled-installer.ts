// The installer as the ramdisk's Node starts it quickest. In: its main file. Out: its text, and what V8 compiles that to.
// Never: runs the installer; its modules are evaluated, which does nothing.
import { copyFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../../lib/architecture.ts';
import { digestOf } from '../../lib/inputs-digest.ts';
import { readIfThere } from '../../lib/read-if-there.ts';
import { runCommand } from '../../lib/run-command.ts';
import { bundleScript } from './bundle.ts';
import { lockedNode } from './locked-node.ts';

const START = join(import.meta.dirname, 'files/start.mjs');

export type CompiledInstaller = {
  readonly text: Uint8Array;
  /** Undefined for an architecture whose Node does not run here. */
  readonly compiled: Uint8Array | undefined;
};

/**
 * With the compiled form, Node takes 75 ms of processor time until the installer runs, without it 108 (both on the computer
 * that an emulated one takes twenty times as long on). It is not the same bytes each time, so it is kept in `cacheDir` for as long as the installer is the same.
 */
export async function compileInstaller(input: {
  readonly entry: string;
  readonly architecture: Architecture;
  readonly cacheDir: string;
}): Promise<CompiledInstaller> {
  const { architecture, cacheDir } = input;
  const text = await bundleScript(input.entry);
  if (architecture.node !== process.arch) return { text, compiled: undefined };
  const node = await lockedNode(input);
  const name = `installer-${digestOf([node.version, text, await readFile(START)]).slice(0, 16)}.compiled`;
  const kept = await readIfThere(join(cacheDir, name));
  if (kept !== undefined) return { text, compiled: kept };
  for (const old of await readdir(cacheDir))
    if (/^installer-[0-9a-f]{16}\.compiled$/.test(old)) await rm(join(cacheDir, old));
  const workDir = await mkdtemp(join(cacheDir, 'work-'));
  try {
    await copyFile(START, join(workDir, 'start.mjs'));
    await writeFile(join(workDir, 'installer.js'), text);
    // V8 refuses what was made with other options than it has itself.
    await runCommand([node.path, join(workDir, 'start.mjs'), 'compile'], { env: { NODE_OPTIONS: '' } });
    await rename(join(workDir, 'installer.js.compiled'), join(cacheDir, name));
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
  return { text, compiled: await readFile(join(cacheDir, name)) };
}
