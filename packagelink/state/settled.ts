// What a run without errors leaves in the state database, so that the next one can do with less. In: the database. Out:
// what it says, checked. Never: looks at the target.
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { DIGEST } from '../package/manifest.ts';
import { withStateDatabase } from './state-database.ts';

const packageSchema = z.object({
  name: z.string(),
  /** Of its manifest. */
  digest: z.string().regex(DIGEST),
  /** SHA-256 of what the manifest says of the package as a whole. */
  header: z.string(),
});

const baseSchema = z.object({
  /** Equal frames: all that decides a machine's files is equal, but for the manifests of these packages. */
  frame: z.string(),
  packages: z.array(packageSchema),
  /** The `sharedPaths` of the merged tree, under the name that databases have had for them. */
  intricate: z.array(z.string()),
});

const settledSchema = z.object({
  /** Of the tree and the options of the run. */
  key: z.string(),
  /** What the run had to say. */
  notices: z.array(z.string()),
  base: baseSchema.exactOptional(),
});

export type Settled = Readonly<z.infer<typeof settledSchema>>;
export type SettledBase = Readonly<z.infer<typeof baseSchema>>;

/** What the last run that settled the target left; undefined where the target is not settled. @throws UserError */
export function readLastSettled(stateFile: string): Settled | undefined {
  if (!existsSync(stateFile)) return undefined;
  return withStateDatabase(stateFile, (database) => {
    const row = database.prepare("SELECT value FROM meta WHERE key = 'settled'").get();
    if (row === undefined) return undefined;
    return parseJsonEdge(settledSchema, String(row['value']), 'the state database, settled');
  });
}
