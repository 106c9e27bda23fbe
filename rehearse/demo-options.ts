// The demo's machine and what is expected of it, shared by `npm run demo` and the test of the whole way.
import { join } from 'node:path';
import { GiB } from '../lib/bytes.ts';
import { checkNightly } from './nightly-check.ts';
import type { RehearsalOptions } from './rehearse.ts';

const root = join(import.meta.dirname, '..');

/** The virtual computer that the demo and the tests switch on; its one disk is 16 GiB. */
export const demoHardware = { diskBytes: 16 * GiB, memoryMiB: 1024, cpus: 2, accelerator: 'tcg' } as const;

/** The example site, and a state directory that `GUTINTEG_STATE` moves. */
export const demoSite = {
  siteDir: join(root, 'examples/lab'),
  stateDir: process.env['GUTINTEG_STATE'] ?? join(root, '.state'),
} as const;

/** Machine lab01 of the example site, through its installation, a second start and one nightly run. */
export const demoOptions: Omit<RehearsalOptions, 'signal' | 'onLine' | 'keep'> = {
  ...demoHardware,
  ...demoSite,
  host: 'lab01',
  more: (session) => checkNightly(session, { path: '/etc/motd', text: 'Welcome to lab01 in Room A, first floor.' }),
};
