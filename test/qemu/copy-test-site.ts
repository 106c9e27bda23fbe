// The site of tests that install virtual machines: the example, and a Debian that is as small as one that starts can be.
// In: a stack. Out: a directory that goes with it. Never: changes the example.
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Architecture } from '../../lib/architecture.ts';
import { demoSite } from '../../rehearse/demo-options.ts';

const OF_AMD64 = /^(?:images\/debian-12|images\/debian-small|machdb\/(?:25-demo|30-machines|35-small))\.\w+$/;

/**
 * Its machines inherit from `small-client`, or from `demo-client` where a test is about what Debian itself does. A site of
 * arm64 has a small1 of its own alone: nothing of amd64 is built for it, and nothing of arm64 for the others.
 */
export async function copyTestSite(
  stack: AsyncDisposableStack,
  architecture: Architecture['name'] = 'amd64',
): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-site-'));
  stack.defer(async () => rm(dir, { recursive: true, force: true }));
  await copyInto(dir, [demoSite.siteDir, join(import.meta.dirname, 'small-system')]);
  if (architecture === 'amd64') return dir;
  for (const path of await readdir(dir, { recursive: true })) if (OF_AMD64.test(path)) await rm(join(dir, path));
  await copyInto(dir, [join(import.meta.dirname, 'small-arm64')]);
  return dir;
}

async function copyInto(dir: string, sources: readonly string[]): Promise<void> {
  for (const from of sources) await cp(from, dir, { recursive: true });
}
