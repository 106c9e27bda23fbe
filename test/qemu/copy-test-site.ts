// The site of tests that install virtual machines: the example, and a Debian that is as small as one that starts can be.
// In: a stack. Out: a directory that goes with it. Never: changes the example.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoSite } from '../../rehearse/demo-options.ts';

/** Its machines inherit from `small-client`, or from `demo-client` where a test is about what Debian itself does. */
export async function copyTestSite(stack: AsyncDisposableStack): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-site-'));
  stack.defer(async () => rm(dir, { recursive: true, force: true }));
  for (const from of [demoSite.siteDir, join(import.meta.dirname, 'small-system')]) {
    await cp(from, dir, { recursive: true });
  }
  return dir;
}
