// The netboot server for the floods: netboot-server.ts DIR, with settings.json in it. Makes a site of 200 machines there
// with ten packages of a hundred files each, publishes it, and serves it as `gutinteg serve` does. Prints a line when it
// serves; ends on SIGTERM.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLog } from '../lib/log.ts';
import { startNetboot } from '../netboot/serve.ts';
import { loadOrCreateSiteKey } from '../packagelink/manifests/keys.ts';
import { publishTree } from '../packagelink/publish/publish.ts';
import { openStore } from '../packagelink/store/store.ts';
import { openSite } from '../site/open-site.ts';
import { siteSettingsSchema } from '../site/settings.ts';

const MACHINES = 200;
const PACKAGES = 10;
const FILES = 100;
/** Large enough that a reader who does not read leaves most of it unsent. */
const KERNEL_BYTES = 16 * 1024 * 1024;
const LOADER_BYTES = 70_000;

const dir = process.argv[2] ?? '';
const [siteDir, stateDir] = [join(dir, 'site'), join(dir, 'state')];
const bootDir = join(stateDir, 'boot/amd64');

async function writeSite(): Promise<void> {
  const names = Array.from({ length: PACKAGES }, (_, index) => `p${index}`);
  for (const name of names) {
    const etc = join(siteDir, 'packages', name, 'etc', name);
    await mkdir(etc, { recursive: true });
    for (let file = 0; file < FILES; file += 1) await writeFile(join(etc, `f${file}`), `${name} ${file}\n`);
  }
  await mkdir(join(siteDir, 'machdb'), { recursive: true });
  const base = `base:\n OS=debian\n OSREV=12\n ARCH=amd64\n NETMASK=255.255.0.0\n PACKAGES=${names.join(' ')}\n`;
  await writeFile(join(siteDir, 'machdb/machines.db'), base + Array.from({ length: MACHINES }, machineText).join(''));
}

/** The first one has the MAC address of the lab's client; hexadecimal digits make the others'. */
function machineText(_: unknown, index: number): string {
  const mac = index === 0 ? '52:54:00:12:34:56' : `52:54:00:00:00:${index.toString(16).padStart(2, '0')}`;
  return `m${index}: base\n MAC=${mac}\n IP=10.77.0.${index === 0 ? 9 : index + 50}\n`;
}

await writeSite();
await mkdir(bootDir, { recursive: true });
await mkdir(join(dir, 'image/bin'), { recursive: true });
await writeFile(join(dir, 'image/bin/sh'), 'shell');
for (const name of ['vmlinuz', 'ramdisk.img']) await writeFile(join(bootDir, name), Buffer.alloc(KERNEL_BYTES, 'k'));
await mkdir(stateDir, { recursive: true });
const key = await loadOrCreateSiteKey(stateDir);
const store = openStore(join(stateDir, 'store'));
for (const name of ['debian-12-amd64', 'agent']) {
  const kind = name === 'agent' ? 'site' : 'image';
  await publishTree({ store, name, tree: join(dir, 'image'), kind, signingKey: key.privateKey });
}
const source = await openSite({
  siteDir,
  store,
  signingKey: key.privateKey,
  publicKey: key.publicKey,
  everywhere: () => ['agent'],
  pollMs: 1000,
});
const settings = siteSettingsSchema.parse(JSON.parse(await readFile(join(dir, 'settings.json'), 'utf8')));
const loaders = new Map([['undionly.kpxe', Buffer.alloc(LOADER_BYTES, 'i')]]);
const signingKey = key.privateKey;
const netboot = await startNetboot({ settings, stateDir, loaders, source, signingKey, log: createLog('flood') });
process.once('SIGTERM', () => {
  source.close();
  void netboot.close();
});
process.stdout.write('serving\n');
