import { build } from 'esbuild';
import { UserError } from '../../lib/errors.ts';

// Bundled CommonJS packages call require() for Node's own modules; an ES module has none by itself.
const REQUIRE_BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/**
 * Bundles a program and all it imports into one ES module for the Node of the ramdisk or of the agent.
 * @param entry path of the program's main file.
 * @throws UserError with esbuild's messages when an import cannot be resolved.
 */
export async function bundleInstaller(entry: string): Promise<{ code: Uint8Array }> {
  try {
    const result = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
      target: 'node26',
      banner: { js: REQUIRE_BANNER },
      logLevel: 'silent',
    });
    const [output] = result.outputFiles;
    if (output === undefined) throw new Error('esbuild made no file');
    return { code: output.contents };
  } catch (error) {
    throw new UserError(`bundling ${entry} failed`, { cause: error });
  }
}
