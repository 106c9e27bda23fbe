// The netboot server of a lab, with a site in memory: q-bert, whose MAC is 52:54:00:12:34:56. Argument: the directory
// with settings.json and record.json. Prints a line when it serves; ends on SIGTERM.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SAMPLE_LOADER } from './sample-loader.ts';
import { createLog } from '../../lib/log.ts';
import { FAKE_SITE_KEY, oneMachineSite } from '../../netboot/fake-machine-source.ts';
import { startNetboot } from '../../netboot/serve.ts';
import { siteSettingsSchema } from '../../site/settings.ts';

const dir = process.argv[2] ?? '';
const settings = siteSettingsSchema.parse(JSON.parse(await readFile(join(dir, 'settings.json'), 'utf8')));
const stateDir = join(dir, 'state');
const bootDir = join(stateDir, 'boot/amd64');
await mkdir(bootDir, { recursive: true });
for (const name of ['vmlinuz', 'ramdisk.img']) await writeFile(join(bootDir, name), 'kernel');
const site = oneMachineSite({
  NETMASK: '255.255.0.0',
  GATEWAY: '10.77.0.254',
  NAMESERVER: '10.77.0.3',
  NAMESERVER2: '10.77.0.4',
  DOMAIN: 'lab.example',
  ...z.record(z.string(), z.string()).parse(JSON.parse(await readFile(join(dir, 'record.json'), 'utf8'))),
});
const netboot = await startNetboot({
  settings,
  stateDir,
  loaders: new Map([['undionly.kpxe', SAMPLE_LOADER]]),
  source: site.source,
  signingKey: FAKE_SITE_KEY.privateKey,
  log: createLog('lab'),
});
process.once('SIGTERM', () => void netboot.close());
process.stdout.write('serving\n');
