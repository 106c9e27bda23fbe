// What the virtual machines of tests boot from and install, made once for all of them.
import { demoSite } from '../rehearse/demo-options.ts';
import { prepareSite } from '../rehearse/set-up-run.ts';
import { loadSiteSettings } from '../site/load-site.ts';
import { copyTestSite } from './qemu/copy-test-site.ts';

/** Builds OS packages, ramdisk and agent of the tests' site in the example's state directory, where they are out of date. */
export async function prepareTestSite(onLine: (line: string) => void): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const site = await loadSiteSettings(await copyTestSite(stack), { state: demoSite.stateDir });
  await prepareSite(site, { onLine, signal: new AbortController().signal });
}
