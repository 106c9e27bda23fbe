import { join } from 'node:path';
import { hostKeySchema } from '../../contract/fleet/enrolment.ts';
import type { Report } from '../../contract/report.ts';
import { readRegularFile } from '../../lib/read-regular-file.ts';

/** Made by gutinteg-fleet as its own user. Through systemd's link, as only root may: see fleet-agent/state/state-paths.ts. */
const PUBLIC_KEY = ['var/lib/private/gutinteg-fleet/public-key', 'var/lib/gutinteg-fleet/public-key'];

/** The public half of the key of the machine in its fleet; nothing when it has none. */
export async function readFleetKey(root: string): Promise<Pick<Report, 'fleetKey'>> {
  for (const path of PUBLIC_KEY) {
    const text = await readRegularFile(join(root, path)).then(String, () => '');
    const { data } = hostKeySchema.safeParse(text.trim());
    if (data !== undefined) return { fleetKey: data };
  }
  return {};
}
