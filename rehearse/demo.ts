// npm run demo: machine lab01 of the example site, from power-on to login and through one nightly run.
import { parseArgs } from 'node:util';
import { UserError } from '../lib/errors.ts';
import { runMain } from '../lib/exit.ts';
import { demoFirmware, demoOptions } from './demo-options.ts';
import { firmwareNames } from '../lib/virtual-hardware.ts';
import type { FirmwareName } from '../lib/virtual-hardware.ts';
import { runRehearsal } from './run-rehearsal.ts';

const USAGE = `npm run demo -- [--firmware ${firmwareNames.join('|')}] [--json] [--keep]

Installs lab01 of examples/lab in a virtual machine with that firmware (${demoFirmware} unless given; secure is a UEFI with
Secure Boot), starts it again from its disk, damages and repairs it, and logs in by SSH with a key of the run. --keep
leaves it running at the end, with its console on this terminal.
`;

function parseArguments() {
  const boolean = { type: 'boolean', default: false } as const;
  try {
    const options = { firmware: { type: 'string' }, json: boolean, keep: boolean, help: boolean } as const;
    return parseArgs({ options }).values;
  } catch (cause) {
    throw new UserError((cause as Error).message, { exitCode: 2, hint: 'npm run demo -- --help' });
  }
}

function firmwareNamed(name: string): FirmwareName {
  const found = firmwareNames.find((each) => each === name);
  if (found !== undefined) return found;
  throw new UserError(`--firmware ${name}: it is one of ${firmwareNames.join(', ')}`, { exitCode: 2 });
}

await runMain(async () => {
  const { firmware = demoFirmware, json, keep, help } = parseArguments();
  if (help) process.stdout.write(USAGE);
  else await runRehearsal({ ...demoOptions(firmwareNamed(firmware)), json, keep });
});
