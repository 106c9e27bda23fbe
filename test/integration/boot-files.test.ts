// Boot loaders out of Debian's own packages: they are programs for the right processor, and carry a signature.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { architectures } from '../../lib/architecture.ts';
import { runCommand } from '../../lib/run-command.ts';
import { placeBootFiles } from '../../netboot/boot-files/place-boot-files.ts';
import { bootFiles } from '../../netboot/boot-files/recipe.ts';

const cacheDir = join(import.meta.dirname, '../../.state/cache');
/** @see Microsoft, PE Format, "Machine Types" */
const MACHINE = { amd64: 0x8664, arm64: 0xaa64 } as const;

for (const architecture of Object.values(architectures)) {
  test(`boot loaders of ${architecture.name}`, { timeout: 300_000 }, async (context) => {
    const outDir = await mkdtemp(join(tmpdir(), 'gutinteg-boot-files-'));
    context.after(() => rm(outDir, { recursive: true, force: true }));
    const source = { architecture, cacheDir, outDir };
    assert.equal(await placeBootFiles(source), true);
    assert.equal(await placeBootFiles(source), false);
    for (const { name, path } of bootFiles(architecture)) {
      const file = join(outDir, name);
      if (path.endsWith('.signed')) assert.deepEqual(readPe(await readFile(file)), [MACHINE[architecture.name], true]);
      const { stdout } = await runCommand(['sha256sum', file]);
      assert((await readFile(join(outDir, 'boot-files.json'), 'utf8')).includes(stdout.slice(0, 64)), name);
    }
  });
}

/** Its processor, and whether it has a certificate table. @see PE Format, "Optional Header Data Directories" */
function readPe(bytes: Buffer): readonly [machine: number, isSigned: boolean] {
  const header = bytes.readUInt32LE(0x3c);
  const CERTIFICATES = header + 24 + 112 + 4 * 8;
  return [bytes.readUInt16LE(header + 4), bytes.readUInt32LE(CERTIFICATES + 4) > 0];
}
