// The agent as `gutinteg prepare` publishes it, but for Node, which hosts of tests see in a directory: packages with 100 MB in
// them would take their time. In: a state directory. Out: a package in its store.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { agentPackage } from '../../netboot/agent/agent-package.ts';
import { fleetPrograms, fleetUnits, needrestartFile } from '../../netboot/agent/fleet-files.ts';
import { bundleInstaller } from '../../netboot/ramdisk/bundle.ts';
import { loadOrCreateSiteKey } from '../../packagelink/manifests/keys.ts';
import { publishTree } from '../../packagelink/publish/publish.ts';
import { openStore } from '../../packagelink/store/store.ts';

const repository = join(import.meta.dirname, '../..');

/** Directories of this computer that a host needs, by their path there. */
export const agentBinds: Readonly<Record<string, string>> = { '/srv/node': dirname(process.execPath) };

/** `gutinteg fleet agent-package` makes packages of it. Takes about 1 s. */
export async function publishFleetAgent(stateDir: string): Promise<void> {
  const tree = join(stateDir, 'agent-tree');
  const put = (path: string, data: string | Uint8Array, mode = 0o644): void => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), data, { mode });
  };
  const files = join(repository, 'fleet-agent/files');
  put('usr/lib/gutinteg/agent/node', '#!/bin/sh\nexec /srv/node/node "$@"\n', 0o755);
  put('usr/lib/gutinteg/agent/lib/libstand-in.so.1', 'stand-in');
  for (const [name, entry] of Object.entries(fleetPrograms)) {
    put(`usr/lib/gutinteg-fleet/${name}`, (await bundleInstaller(join(repository, 'fleet-agent', entry))).code);
  }
  put('usr/lib/gutinteg-fleet/VERSION', '0123456789abcdef\n');
  put('usr/lib/gutinteg-fleet/cron', readFileSync(join(files, 'cron')));
  put(needrestartFile, readFileSync(join(files, 'needrestart.conf')));
  put('usr/bin/gutinteg-fleet', readFileSync(join(files, 'gutinteg-fleet')), 0o755);
  for (const unit of Object.keys(fleetUnits)) put(`usr/lib/systemd/system/${unit}`, readFileSync(join(files, unit)));
  const { privateKey: signingKey } = await loadOrCreateSiteKey(stateDir);
  const store = openStore(join(stateDir, 'store'));
  await publishTree({ store, name: agentPackage('amd64'), tree, kind: 'site', signingKey });
}
