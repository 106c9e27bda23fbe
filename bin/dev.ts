// npm run dev: checks the example site and serves it again after each change, only on high ports and loopback.
// DHCP and TFTP need a network of machines, so only what you can look at is served: HTTP and the control socket.
import { join } from 'node:path';
import { watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { execa } from 'execa';

const root = join(import.meta.dirname, '..');
const stateDir = join(root, '.state', 'dev');
await mkdir(stateDir, { recursive: true });

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());

let changed = Promise.withResolvers<void>();
for (const folder of [
  'bin',
  'site',
  'netboot',
  'machdb',
  'packagelink',
  'partition-specs',
  'contract',
  'lib',
  'examples',
]) {
  watch(join(root, folder), { recursive: true, signal: stop.signal }, () => changed.resolve());
}
while (!stop.signal.aborted) {
  changed = Promise.withResolvers();
  const child = execa(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(root, 'bin/dev-server.ts'), stateDir],
    {
      stdio: 'inherit',
      reject: false,
      cleanup: true,
    },
  );
  const aborted = new Promise<void>((resolve) =>
    stop.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  await Promise.race([changed.promise, aborted]);
  child.kill('SIGTERM');
  await child;
}
