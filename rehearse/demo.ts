// npm run demo: machine lab01 of the example site, from power-on to login and through one nightly run.
import { runMain } from '../lib/exit.ts';
import { demoOptions } from './demo-options.ts';
import { runRehearsal } from './run-rehearsal.ts';

const [json, keep] = ['--json', '--keep'].map((option) => process.argv.includes(option)) as [boolean, boolean];

await runMain(() => runRehearsal({ ...demoOptions, json, keep }));
