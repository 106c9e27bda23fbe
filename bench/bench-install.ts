// A whole installation, from power-on to its reset, beside a shell script that does the same work without looking back, in
// turns: npm run bench install -- [--runs N] [--firmware bios|uefi] [--only ours|shell] [--cpus N] [--check] [--json].
// Needs root, as the demo does.
import { join } from 'node:path';
import { UserError } from '../lib/errors.ts';
import { runMain } from '../lib/exit.ts';
import { demoHardware, demoSite } from '../rehearse/demo-options.ts';
import { prepareSite } from '../rehearse/set-up-run.ts';
import { readRehearsedMachine } from '../rehearse/site-machine.ts';
import { archiveImage } from './install/image-archive.ts';
import { archiveUrl, measureInstall } from './install/measure-install.ts';
import { formatRun, formatSummary, summarize } from './install/phases.ts';
import type { Installer, InstallRun } from './install/phases.ts';
import { buildShellRamdisk } from './install/shell-ramdisk.ts';
import { parseOptions } from './parse-options.ts';

const HOST = 'lab01';
const IMAGE = 'debian-12-amd64';

function parseArguments() {
  const { values } = parseOptions({
    options: {
      runs: { type: 'string', default: '3' },
      firmware: { type: 'string', default: 'bios' },
      only: { type: 'string' },
      cpus: { type: 'string', default: String(demoHardware.cpus) },
      check: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  if (!/^[1-9]\d?$/.test(values.runs)) throw new UserError(`--runs ${values.runs}: not 1 to 99`, { exitCode: 2 });
  if (!/^[1-9]$/.test(values.cpus)) throw new UserError(`--cpus ${values.cpus}: not 1 to 9`, { exitCode: 2 });
  const { firmware } = values;
  if (firmware !== 'bios' && firmware !== 'uefi')
    throw new UserError(`--firmware ${firmware}: bios or uefi`, { exitCode: 2 });
  const all: readonly Installer[] = ['shell', 'ours'];
  const installers = all.filter((name) => values.only === undefined || values.only === name);
  if (installers.length === 0) throw new UserError(`--only ${values.only}: ours or shell`, { exitCode: 2 });
  return {
    ...values,
    runs: Number(values.runs),
    cpus: Number(values.cpus),
    hardware: { firmware },
    installers,
  } as const;
}

/** Everything that a run has made is taken down before the program ends. */
function interruptible(): AbortController {
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => interrupted.abort(new UserError(`interrupted by ${name}`)));
  return interrupted;
}

await runMain(async () => {
  const { runs, installers, cpus, hardware, check, json } = parseArguments();
  const say = (line: string): void => void (json ? process.stderr : process.stdout).write(`${line}\n`);
  const { signal } = interruptible();
  const machine = await readRehearsedMachine({ ...demoSite, host: HOST, hardware });
  await prepareSite(machine.site, { onLine: say, signal });
  const archive = await archiveImage(demoSite.stateDir, IMAGE);
  const { mirror } = machine.site.settings;
  const cacheDir = join(demoSite.stateDir, 'cache');
  const ramdisk = await buildShellRamdisk({ cacheDir, mirror, archiveUrl: archiveUrl(machine, archive.name) });
  const peer = { ramdisk, archiveDir: archive.dir };
  const done: InstallRun[] = [];
  for (let index = 0; index < runs; index += 1) {
    for (const installer of installers) {
      const isChecked = check && index === 0;
      const run = await measureInstall({ machine, installer, peer, cpus, check: isChecked, signal, onLine: say });
      done.push(run);
      say(`${formatRun(run)}${isChecked ? '; its disk starts' : ''}`);
    }
  }
  const summary = summarize(done);
  process.stdout.write(json ? `${JSON.stringify({ runs: done, ...summary }, null, 2)}\n` : formatSummary(summary));
});
