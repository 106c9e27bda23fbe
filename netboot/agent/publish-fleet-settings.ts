// The packages that say to machines which fleet they belong to: one for machines with image's files, one for those with
// packages. In: a server's address and certificate. Out: published packages. Never: asks that server.
import type { KeyObject } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { publishTree } from '../../packagelink/publish/publish.ts';
import type { Store } from '../../packagelink/store/store.ts';
import { fleetSettingsPackage } from './agent-package.ts';
import { fleetUnits, startedFleetUnits } from './fleet-files.ts';

export type FleetSettings = {
  readonly url: string;
  /** PEM. */
  readonly certificate: string | undefined;
  /** Whose orders machines carry out; without it, nobody's. */
  readonly orderKey: string | undefined;
};

const modes = ['packages', 'image'] as const;

/** What systemd starts of it, and when; the units are those of the agent's package. */
const WANTED = Object.entries(fleetUnits).flatMap(([unit, target]) => (target === undefined ? [] : [{ unit, target }]));

/** A machine that runs begins at once, and not at its next start. */
const AFTER = `after:
  - paths: [etc/gutinteg/fleet.json]
    run: [systemctl, daemon-reload]
    order: 500
  - paths: [etc/gutinteg/fleet.json]
    run: [systemctl, start, ${startedFleetUnits.join(', ')}]
    order: 510
`;

/** Unchanged ones write nothing. */
export async function publishFleetSettings(
  { url, certificate, orderKey }: FleetSettings,
  place: { readonly store: Store; readonly signingKey: KeyObject },
): Promise<void> {
  for (const mode of modes) {
    const tree = await mkdtemp(join(tmpdir(), 'gutinteg-fleet-settings-'));
    try {
      const text = JSON.stringify({ url, ...(certificate === undefined ? {} : { certificate }), mode }, null, 2);
      await fillTree(tree, text);
      if (orderKey !== undefined) await writeTrust(tree, orderKey, mode);
      await publishTree({ ...place, name: fleetSettingsPackage(mode), tree, kind: 'site' });
    } finally {
      await rm(tree, { recursive: true });
    }
  }
}

/** What the nightly run makes of an image, it takes back: there, packages are not for the fleet to change. */
async function writeTrust(tree: string, orderKey: string, mode: (typeof modes)[number]): Promise<void> {
  const trust = { keys: [orderKey], ...(mode === 'image' ? { allow: ['refresh', 'reboot'] } : {}) };
  await writeFile(join(tree, 'etc/gutinteg/fleet-orders.json'), `${JSON.stringify(trust, null, 2)}\n`);
}

async function fillTree(tree: string, text: string): Promise<void> {
  const at = async (path: string): Promise<string> => {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    return join(tree, path);
  };
  await writeFile(await at('.packagelink.yaml'), AFTER);
  await writeFile(await at('etc/gutinteg/fleet.json'), `${text}\n`);
  for (const { unit, target } of WANTED) {
    await symlink(`/usr/lib/systemd/system/${unit}`, await at(`etc/systemd/system/${target}.wants/${unit}`));
  }
}
