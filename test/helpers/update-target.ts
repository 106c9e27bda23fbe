// Partial runs in a process of its own, which may be killed: update-target.ts STORE KEY DIGEST…
// In: one JSON line for each run, {target, fault}. Out: one JSON line for each, {errors, calls} or {thrown, calls}.
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { applyPartial } from '../../packagelink/partial/apply-partial.ts';
import { directoryFetcher } from '../../packagelink/contents/fetch.ts';
import { mergeTree } from '../../packagelink/merge/merge.ts';
import { readManifest } from '../../packagelink/manifests/read-manifest.ts';
import { withFault } from './faults.ts';
import type { Fault } from './faults.ts';

const [store = '', key = '', ...digests] = process.argv.slice(2);
const fetcher = directoryFetcher(store);
const publicKey = createPublicKey(readFileSync(key));
const manifests = await Promise.all(digests.map(async (digest) => await readManifest(fetcher, digest, [publicKey])));
const tree = mergeTree({
  layers: manifests.map((manifest) => ({ name: manifest.name, priority: manifest.priority, manifest })),
  defines: { HOSTNAME: 'underdog', VERSION: digests.join(' ') },
});

async function update(target: string): Promise<{ errors: readonly string[] } | { thrown: string }> {
  const stateFile = join(target, 'var/lib/gutinteg/packagelink.db');
  try {
    const { errors } = await applyPartial({ target, tree, fetcher, stateFile, massDelete: () => true });
    return { errors };
  } catch (error) {
    return { thrown: String(error) };
  }
}

for await (const line of createInterface(process.stdin)) {
  const { target, fault } = JSON.parse(line) as { target: string; fault: Fault };
  const { result, calls } = await withFault(fault, async () => await update(target));
  process.stdout.write(`${JSON.stringify({ ...result, calls })}\n`);
}
