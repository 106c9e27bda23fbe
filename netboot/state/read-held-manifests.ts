import { z } from 'zod';
import { lookupSchema } from '../../contract/lookup.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { withDatabase } from './read-machine-id.ts';
import type { MachineState } from './transitions.ts';

/** In these nothing more is fetched for an arming, whatever stands in it. */
const ENDED: readonly MachineState[] = ['unknown', 'installed'];

const lifeSchema = z.object({ state: z.string() });

/**
 * The manifests that machines are being installed with, or will be when they are switched on: those of every arming
 * that has not ended. None where no server has run. Reads only. @throws UserError when the database cannot be read
 */
export function readHeldManifests(databasePath: string): ReadonlySet<string> {
  const rows = withDatabase(databasePath, (database) =>
    database.prepare('SELECT name, life, snapshot FROM machines WHERE snapshot IS NOT NULL').all(),
  );
  const held = (rows ?? []).flatMap(({ name, life, snapshot }) => {
    const what = `the arming of ${String(name)} in ${databasePath}`;
    const { state } = parseJsonEdge(lifeSchema, String(life), what);
    if (ENDED.some((ended) => ended === state)) return [];
    const { image, packages } = parseJsonEdge(lookupSchema, String(snapshot), what);
    return [image.manifest, ...packages.map(({ manifest }) => manifest)];
  });
  return new Set(held);
}
