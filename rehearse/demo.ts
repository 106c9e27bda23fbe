// npm run demo: machine lab01 of the example site, from power-on to login and through one nightly run.
import { join } from 'node:path';
import { GiB } from '../lib/bytes.ts';
import { runMain } from '../lib/exit.ts';
import { checkNightly } from './nightly-check.ts';
import { runRehearsal } from './run-rehearsal.ts';

const root = join(import.meta.dirname, '..');

await runMain(() =>
  runRehearsal({
    host: 'lab01',
    siteDir: join(root, 'examples/lab'),
    stateDir: process.env['GUTINTEG_STATE'] ?? join(root, '.state'),
    diskBytes: 16 * GiB,
    memoryMiB: 1024,
    cpus: 2,
    accelerator: 'tcg',
    json: process.argv.includes('--json'),
    keep: process.argv.includes('--keep'),
    more: (session) => checkNightly(session, { path: '/etc/motd', text: 'Welcome to lab01 in Room A, first floor.' }),
  }),
);
