// What a host says of itself besides its packages. In: its files. Out: facts, and a stamp that is the same while they are.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { arch, hostname, release } from 'node:os';
import { join } from 'node:path';
import { architectures } from '../../lib/architecture.ts';
import { cutText } from '../../lib/cut-text.ts';
import type { PackageSystem } from '../../package-systems/package-system.ts';
import { readStamp } from '../../package-systems/read-stamp.ts';
import type { Uptime } from '../state/due-file.ts';
import type { HostFacts } from './look-at-host.ts';

export type HostFactsInput = {
  readonly root: string;
  readonly uptime: Uptime;
  readonly mode: HostFacts['mode'];
  readonly agentVersion: string;
};

export async function readHostFacts({ root, uptime, mode, agentVersion }: HostFactsInput): Promise<HostFacts> {
  const { ID: os = 'linux', VERSION_ID: osVersion = '' } = await readOsRelease(root);
  const known = Object.values(architectures).find(({ node }) => node === arch());
  return {
    hostname: cutText(hostname(), 255),
    os: cutText(os, 64),
    osVersion: cutText(osVersion, 64),
    kernel: cutText(release(), 255),
    architecture: known?.name ?? arch(),
    mode,
    agentVersion,
    bootId: uptime.bootId,
  };
}

/** @see os-release(5) */
async function readOsRelease(root: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(join(root, 'etc/os-release'), 'utf8').catch(() => '');
  const entries = [...text.matchAll(/^([A-Z_]+)=(?:"([^"]*)"|'([^']*)'|(\S*))$/gm)];
  return Object.fromEntries(
    entries.map(([, name = '', double, single, bare = '']) => [name, double ?? single ?? bare]),
  );
}

const A_DAY_SECONDS = 86_400;

/** A look is made anew once a day in any case: phased updates come by the day. */
export async function stampHost(
  system: PackageSystem,
  facts: HostFacts,
  uptime: Uptime,
  root: string,
): Promise<string> {
  const asked = await stat(join(root, 'run/reboot-required')).catch(() => undefined);
  const parts = [await readStamp(system, root), facts, asked?.mtimeMs ?? 0, Math.floor(uptime.seconds / A_DAY_SECONDS)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}
