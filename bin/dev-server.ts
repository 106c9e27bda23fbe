// One life of the development server: the example site on 127.0.0.1, with ports that need no rights.
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runMain } from '../lib/exit.ts';
import { createLog } from '../lib/log.ts';
import { startNetboot } from '../netboot/serve.ts';
import { logDatabase, openMachines, openSiteState } from './open-site-state.ts';

const HIGH_PORTS = { dhcpPort: 10_067, dhcpClientPort: 10_068, tftpPort: 10_069 };

await runMain(async () => {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  const log = createLog('dev');
  const state = await openSiteState(join(import.meta.dirname, '../examples/lab'), process.argv[2]);
  await mkdir(state.stateDir, { recursive: true });
  const { interface: _interface, dhcp, ...settings } = state.settings;
  const netboot = await startNetboot({
    settings: { ...settings, address: '127.0.0.1', dhcp: { leaseSeconds: dhcp.leaseSeconds } },
    stateDir: state.stateDir,
    source: await openMachines(state, logDatabase(log)),
    signingKey: state.key.privateKey,
    log,
    ...HIGH_PORTS,
  });
  process.stdout.write(`${netboot.url}/boot/mac/52:54:00:77:00:01.ipxe   (control: ${netboot.socketPath})\n`);
  if (!stop.signal.aborted) await once(stop.signal, 'abort');
  await netboot.close();
});
