// The first program of Node in the ramdisk. It loads the installer while drivers are still being loaded, and runs it when
// standard input says `ready`; when that ends without the word, there is no network, and the exit code is 1.
// With the argument `compile`, it only writes what V8 has compiled the installer to: with that it is loaded in a third of
// the time. V8 refuses what another version of it has made, and compiles the text instead.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script, constants } from 'node:vm';

const filename = join(import.meta.dirname, 'installer.js');
const compiled = `${filename}.compiled`;

function load() {
  const script = new Script(readFileSync(filename, 'utf8'), {
    filename,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(existsSync(compiled) ? { cachedData: readFileSync(compiled) } : {}),
  });
  const module = { exports: {} };
  script.runInThisContext()(createRequire(filename), module);
  return { script, main: module.exports.main };
}

async function isReady() {
  for await (const word of process.stdin) return word.toString().startsWith('ready');
  return false;
}

if (process.argv[2] === 'compile') writeFileSync(compiled, load().script.createCachedData());
else {
  // Tests put a module in the installer's place.
  const { main } = existsSync(filename) ? load() : { main: () => import(join(import.meta.dirname, 'installer.mjs')) };
  if (await isReady()) await main();
  else process.exitCode = 1;
}
