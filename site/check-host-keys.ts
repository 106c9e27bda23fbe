import type { Fault } from '../lib/errors.ts';
import type { Manifest } from '../packagelink/package/manifest.ts';

const PRIVATE_HOST_KEY = /(^|\/)ssh_host_\w+_key(\.plprocess)?$/;

/**
 * Private SSH host keys in a package: every machine that got them could pretend to be any other, and packages are there for
 * everybody on the network.
 */
export function hostKeyFaults(manifest: Manifest, where: string): Fault[] {
  const paths = manifest.entries.map(({ path }) => path).filter((path) => PRIVATE_HOST_KEY.test(path));
  return paths.map((path) => ({
    severity: 'error',
    where: `${where}: ${path}`,
    message: 'a host key belongs to one machine and to no package',
    suggestion: 'take it out and make another one; the package ssh makes one on each machine',
  }));
}
