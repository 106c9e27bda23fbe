import { join } from 'node:path';
import { build } from 'esbuild';
import type { BuildOptions } from 'esbuild';
import { UserError } from '../../lib/errors.ts';

// Bundled CommonJS packages call require() for Node's own modules; an ES module has none by itself.
const REQUIRE_BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** What a program's other threads do; it goes into the same file, as a text. */
const THREAD = join(import.meta.dirname, '../../packagelink/thread-work.ts');

/**
 * Bundles a program and all it imports into one ES module for the Node of the ramdisk or of the agent.
 * @param entry path of the program's main file.
 * @throws UserError with esbuild's messages when an import cannot be resolved.
 */
export async function bundleInstaller(entry: string): Promise<{ code: Uint8Array }> {
  try {
    const program = await bundle({ entryPoints: [THREAD], format: 'cjs' });
    const code = await bundle({
      entryPoints: [entry],
      format: 'esm',
      banner: { js: REQUIRE_BANNER },
      define: { THREAD_PROGRAM: JSON.stringify(Buffer.from(program).toString('utf8')) },
    });
    return { code };
  } catch (error) {
    throw new UserError(`bundling ${entry} failed`, { cause: error });
  }
}

async function bundle(options: BuildOptions): Promise<Uint8Array> {
  const shared = { bundle: true, platform: 'node', target: 'node26', logLevel: 'silent' } as const;
  const { outputFiles } = await build({ ...shared, ...options, write: false });
  const [output] = outputFiles;
  if (output === undefined) throw new Error('esbuild made no file');
  return output.contents;
}
