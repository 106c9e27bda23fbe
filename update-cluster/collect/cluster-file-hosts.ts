import { stat } from 'node:fs/promises';
import { UserError } from '../../lib/errors.ts';
import type { Mac } from '../../lib/mac.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { comparable } from '../document/comparable-values.ts';
import { fieldValue } from '../document/cluster-document.ts';
import type { HostValues } from '../document/cluster-document.ts';
import { scanClusterBytes } from '../document/parse-document.ts';
import { editClusterFile } from '../edit-cluster-file.ts';
import { planAdd } from '../plan-add.ts';
import { readClusterFile } from '../read-cluster-file.ts';
import type { Known, KnownHosts } from './known-hosts.ts';

/** A cluster.xml, read anew for each card: another program may add to it. New hosts boot as `like` does. */
export function clusterFileHosts(file: string, like: HostValues): KnownHosts {
  return {
    read: () => readKnownHosts(file),
    add: async ({ mac, ip, hostname }) => {
      const values = { ...like, ip, mac: mac.toUpperCase(), hostname };
      const { changed } = await editClusterFile(file, (bytes) => {
        const known = bytes === undefined ? undefined : knownIn(bytes, file);
        const isTaken = known?.hasMac(mac) === true || known?.hasIp(ip) === true || known?.hasName(hostname) === true;
        if (isTaken) return { changed: undefined };
        return planAdd({ bytes, where: file, values, replace: false });
      });
      return changed === undefined ? undefined : `added as ${hostname}, ${ip}`;
    },
  };
}

/** What the file has; nothing when there is none. @throws FaultsError with line and column; UserError */
export async function readKnownHosts(file: string): Promise<Known> {
  const found = await stat(file).catch(whenMissing(undefined));
  return found === undefined ? knownIn(Buffer.from('<cluster/>'), file) : knownIn(readClusterFile(file), file);
}

/**
 * What new hosts have in common with one of the file: its notes, unless they are the master's, and its bootmaster.
 * @throws UserError (exit code 2) when no host has the name
 */
export function readLikeness(file: string, name: string): HostValues {
  let found: HostValues | undefined;
  scanClusterBytes(readClusterFile(file), file, (host) => {
    if (comparable('hostname', fieldValue(host, 'hostname') ?? '') !== comparable('hostname', name)) return;
    const notes = (fieldValue(host, 'notes') ?? '').split(/\s+/).filter((word) => word !== 'master' && word !== '');
    const bootmaster = fieldValue(host, 'bootmaster');
    found = {
      ...(notes.length === 0 ? {} : { notes: notes.join(' ') }),
      ...(bootmaster === undefined ? {} : { bootmaster }),
    };
  });
  if (found !== undefined) return found;
  throw new UserError(`no host of ${file} is called ${name}`, {
    exitCode: 2,
    hint: `update-cluster-parseconfig hostname < ${file}`,
  });
}

function knownIn(bytes: Uint8Array, where: string): Known {
  const [macs, ips, names] = [new Set<string>(), new Set<string>(), new Set<string>()];
  scanClusterBytes(bytes, where, (host) => {
    const [mac, ip, bootmaster] = [fieldValue(host, 'mac'), fieldValue(host, 'ip'), fieldValue(host, 'bootmaster')];
    const name = comparable('hostname', fieldValue(host, 'hostname') ?? '');
    if (mac !== undefined) macs.add(comparable('mac', mac));
    for (const address of [ip, bootmaster]) if (address !== undefined) ips.add(comparable('ip', address));
    // A name with a domain is said without it on its own network.
    names.add(name).add(name.replace(/\..*$/, ''));
  });
  return {
    hasMac: (mac: Mac) => macs.has(comparable('mac', mac)),
    hasIp: (ip) => ips.has(ip),
    hasName: (name) => names.has(name),
  };
}
