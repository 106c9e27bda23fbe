import { builtinModules } from 'node:module';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import type { BuildOptions, Plugin } from 'esbuild';
import { UserError } from '../../lib/errors.ts';

// Bundled CommonJS packages call require() for Node's own modules; an ES module has none by itself.
const REQUIRE_BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** What the other threads of a full install do; it goes into the same file, as a text. */
const THREAD = join(import.meta.dirname, '../../packagelink/full/lay-thread.ts');

/**
 * Bundles a program and all it imports into one ES module for the Node of the ramdisk or of the agent.
 * @param entry path of the program's main file.
 * @throws UserError with esbuild's messages when an import cannot be resolved.
 */
export async function bundleInstaller(entry: string): Promise<{ code: Uint8Array }> {
  return { code: await bundleWithThread(entry, { format: 'esm', banner: { js: REQUIRE_BANNER } }) };
}

/**
 * Bundles a module whose exports others use into one expression: a function of `require` and `module`, for vm.Script.
 * @throws UserError with esbuild's messages when an import cannot be resolved.
 */
export async function bundleScript(entry: string): Promise<Uint8Array> {
  const wrap = { banner: { js: '(function (require, module) {' }, footer: { js: '})' } };
  return bundleWithThread(entry, { format: 'cjs', ...wrap });
}

async function bundleWithThread(entry: string, options: BuildOptions): Promise<Uint8Array> {
  try {
    const program = await bundle({ entryPoints: [THREAD], format: 'cjs' });
    const define = { THREAD_PROGRAM: JSON.stringify(Buffer.from(program).toString('utf8')) };
    return await bundle({ ...options, entryPoints: [entry], define });
  } catch (error) {
    throw new UserError(`bundling ${entry} failed`, { cause: error });
  }
}

// A program that an initrd or cron starts, compiles all of its text each time: comments and spaces are a third of it.
const SHARED = {
  bundle: true,
  platform: 'node',
  target: 'node26',
  logLevel: 'silent',
  minifyWhitespace: true,
  minifySyntax: true,
} as const;

// An import of node:http, say, reads every property of it, also those behind which another library is loaded (30 ms).
const builtinsAsUsed: Plugin = {
  name: 'builtins-as-used',
  setup: (build) => {
    const names = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));
    build.onResolve({ filter: /^[a-z:/_0-9]+$/ }, ({ path, kind }) =>
      kind === 'import-statement' && names.has(path) ? { path, namespace: 'builtin' } : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => {
      const properties = Object.keys(process.getBuiltinModule(path) ?? {}).filter((name) =>
        /^[A-Za-z_]\w*$/.test(name),
      );
      const exports = properties
        .filter((name) => name !== 'default')
        .map((name) => `export const ${name} = /* @__PURE__ */ (() => builtin.${name})();`);
      const builtin = `const builtin = process.getBuiltinModule(${JSON.stringify(path)});`;
      return { contents: [builtin, 'export default builtin;', ...exports].join('\n') };
    });
  },
};

// Messages of zod are shown in English; fifty other languages are a quarter of a program.
const onlyEnglish: Plugin = {
  name: 'only-english',
  setup: (build) => {
    build.onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

async function bundle(options: BuildOptions): Promise<Uint8Array> {
  const { outputFiles } = await esbuild.build({
    ...SHARED,
    plugins: [builtinsAsUsed, onlyEnglish],
    ...options,
    write: false,
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error('esbuild made no file');
  return output.contents;
}
