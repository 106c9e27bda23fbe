// Publishes a tree, and ends as a power cut would at one of its calls that change something. In: store, tree, key
// directory, the number of that call (0: none). Out: how many calls there were, as a line.
import fsPromises from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const [storeDir = '', tree = '', keyDir = '', at = '0'] = process.argv.slice(2);
let calls = 0;

function isNext(): boolean {
  calls += 1;
  return calls === Number(at);
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

const patched = fsPromises as unknown as Record<string, (...parameters: unknown[]) => Promise<unknown>>;
for (const name of ['rename', 'rm', 'mkdir'] as const) {
  const original = patched[name];
  if (original === undefined) continue;
  patched[name] = async (...parameters) => {
    if (isNext()) die();
    return await original(...parameters);
  };
}
const open = fsPromises.open;
fsPromises.open = async (path, flags, mode) => {
  const handle = await open(path, flags, mode);
  if (flags === 'wx') watchWrites(handle);
  return handle;
};
syncBuiltinESMExports();

/** Half of the bytes are there when it ends in a write. */
function watchWrites(handle: FileHandle): void {
  if (isNext()) die();
  const write = handle.writeFile.bind(handle);
  handle.writeFile = async (data, options) => {
    if (isNext()) {
      if (data instanceof Uint8Array) await handle.write(data.subarray(0, data.length / 2));
      die();
    }
    await write(data, options);
  };
}

const { loadOrCreateSiteKey } = await import('../../packagelink/manifests/keys.ts');
const { publishTree } = await import('../../packagelink/publish/publish.ts');
const { openStore } = await import('../../packagelink/store/store.ts');
const { privateKey: signingKey } = await loadOrCreateSiteKey(keyDir);
calls = 0;
await publishTree({ store: openStore(storeDir), name: 'site', tree, kind: 'site', signingKey });
process.stdout.write(`${calls}\n`);
