// npm run qemu -- HOST: one machine of the example site in a virtual machine, with its console at the end.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MiB, parseBytes } from '../../lib/bytes.ts';
import { UserError } from '../../lib/errors.ts';
import { runMain } from '../../lib/exit.ts';
import { loadMachdb } from '../../machdb/load.ts';
import { machineNames } from '../../machdb/query.ts';
import { resolveRecord } from '../../machdb/resolve.ts';
import { demoHardware, demoSite } from '../../rehearse/demo-options.ts';
import { runRehearsal } from '../../rehearse/run-rehearsal.ts';

const USAGE = `npm run qemu -- HOST [--disk SIZE] [--memory SIZE] [--json]
npm run qemu -- --list

Installs HOST of examples/lab in QEMU, starts it from its disk and connects this terminal with its console; Ctrl-]
ends. Without a terminal it ends with the verdict, exit code 1 when the machine is not as described. Defaults:
--disk 16G --memory 1G. GUTINTEG_STATE moves the state directory from .state.
`;

function parseArguments() {
  const string = { type: 'string' } as const;
  const boolean = { type: 'boolean' } as const;
  try {
    return parseArgs({
      allowPositionals: true,
      options: { disk: string, memory: string, json: boolean, list: boolean, help: boolean },
    });
  } catch (cause) {
    throw new UserError((cause as Error).message, { exitCode: 2, hint: 'npm run qemu -- --help' });
  }
}

function size(option: string, text: string | undefined, otherwise: number): number {
  const bytes = text === undefined ? otherwise : parseBytes(text);
  if (bytes !== undefined && bytes >= 64 * MiB) return bytes;
  throw new UserError(`--${option} ${text}: not a size of at least 64M, such as 8G`, { exitCode: 2 });
}

async function listMachines(): Promise<string> {
  const db = await loadMachdb(join(demoSite.siteDir, 'machdb'));
  const lines = machineNames(db).map((name) => `${name.padEnd(10)} ${resolveRecord(db, name)['PARTITION'] ?? ''}`);
  return `${lines.join('\n')}\n`;
}

await runMain(async () => {
  const { positionals, values } = parseArguments();
  if (values.list === true) {
    process.stdout.write(await listMachines());
    return;
  }
  const [host, ...others] = positionals;
  if (values.help === true || host === undefined || others.length > 0) {
    process.stdout.write(USAGE);
    if (values.help !== true) process.exitCode = 2;
    return;
  }
  await runRehearsal({
    ...demoSite,
    ...demoHardware,
    host,
    diskBytes: size('disk', values.disk, demoHardware.diskBytes),
    memoryMiB: Math.floor(size('memory', values.memory, demoHardware.memoryMiB * MiB) / MiB),
    json: values.json === true,
    keep: process.stdin.isTTY,
  });
});
