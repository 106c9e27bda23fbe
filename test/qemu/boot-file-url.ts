// The network of somebody else: a DHCP server that gives UEFI the URL of a file, and the web server behind it. In: a run, a
// file, its name in the URL. Out: how to end both. Never: anything of gutinteg, whose own server must be away.
import { once } from 'node:events';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Argv } from '../../lib/run-command.ts';
import type { RehearsalRun } from '../../rehearse/set-up-run.ts';

const PORT = '8088';
/** Beyond those that the site's server gives. */
const ADDRESSES = '10.77.0.240,10.77.0.250,255.255.255.0,1h';
const node = join(import.meta.dirname, '../../bin/node');

/** @see dnsmasq(8); UEFI specification, "HTTP Boot" */
export async function offerBootFileUrl(
  run: RehearsalRun,
  file: string,
  name: string,
): Promise<AsyncDisposable & { stop: () => Promise<void> }> {
  const { namespace, workDir, machine } = run;
  const [address = ''] = machine.serverAddress.split('/');
  const start = (argv: Argv) => {
    const [program, ...words] = namespace.inside(argv);
    return execa(program, words, { stdin: 'ignore', stderr: 'inherit', reject: false, cleanup: true });
  };
  const web = start([node, join(import.meta.dirname, 'serve-file-program.ts'), address, PORT, file]);
  await once(web.stdout, 'data');
  const dhcp = start([
    'dnsmasq',
    '--keep-in-foreground',
    '--conf-file=/dev/null',
    '--port=0',
    '--no-ping',
    `--interface=${namespace.bridge}`,
    `--dhcp-range=${ADDRESSES}`,
    '--dhcp-vendorclass=set:http,HTTPClient',
    `--dhcp-boot=tag:http,http://${address}:${PORT}/${name}`,
    '--dhcp-option-force=tag:http,60,HTTPClient',
    '--log-dhcp',
    `--log-facility=${join(workDir, 'other-dhcp.log')}`,
    `--dhcp-leasefile=${join(workDir, 'other-dhcp.leases')}`,
    '--user=root',
  ]);
  const stop = async (): Promise<void> => {
    for (const child of [dhcp, web]) child.kill('SIGTERM');
    await Promise.all([dhcp, web]);
  };
  return { stop, [Symbol.asyncDispose]: stop };
}
