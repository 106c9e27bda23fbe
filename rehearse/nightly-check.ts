// The nightly run, rehearsed: a file is changed by hand on the running machine, the agent must put it right.
import type { RehearsalSession } from './rehearse.ts';
import { openConsoleShell, shownShell } from './console-shell.ts';
import { diskBuses } from './hardware/disk-buses.ts';
import type { FirmwareName } from '../lib/virtual-hardware.ts';
import type { Expectation } from './verdict.ts';

/** Without it, the machine would not start from its disk `/dev/NAME` again, or not by its own entry. */
const bootDamage: { readonly [Name in FirmwareName]: (disk: string) => string } = {
  bios: (disk) => `dd if=/dev/zero of=/dev/${disk} bs=440 count=1 conv=notrunc,fsync status=none`,
  uefi: () => 'rm /boot/efi/EFI/debian/grubx64.efi',
  secure: () => 'rm /boot/efi/EFI/debian/grubx64.efi',
};

/** Types on the machine's console as an administrator would; needs a machine that logs root in by itself. */
export async function checkNightly(
  session: RehearsalSession,
  wanted: { path: string; text: string },
): Promise<Expectation[]> {
  const { machine, options, logs, vm } = session;
  const quiet = await openConsoleShell(vm, options.signal, logs.second);
  const shell = shownShell(quiet, { prompt: `${machine.name}#`, onLine: options.onLine });
  const type = async (command: string): Promise<string> => {
    const { output, exitCode } = await shell.run(command);
    return exitCode === 0 ? output : `${output}(exit code ${exitCode})`;
  };
  const expect = (name: string, found: string, expected: string): Expectation => {
    return { name, ok: found.includes(expected), expected, found, log: logs.second };
  };
  const { path, text } = wanted;
  const asInstalled = await type(`cat ${path}`);
  await type('findmnt --real --output TARGET,SOURCE,FSTYPE; swapon --show; lsblk --output NAME,SIZE,TYPE,MOUNTPOINTS');
  const timer = await type('systemctl is-active gutinteg.timer');
  await type(`echo 'changed by hand' > ${path}`);
  const changed = await type(`cat ${path}`);
  const run = await type('gutinteg');
  const after = await type(`cat ${path}`);
  await type(bootDamage[machine.hardware.firmware](diskBuses[machine.hardware.bus].linuxName(0)));
  const bootLoader = await type('gutinteg');
  const again = await type('gutinteg --dry-run');
  return [
    expect(`${path} is filled in from the record`, asInstalled, text),
    { ...expect('the nightly timer is running', timer, 'active'), ok: timer.trim() === 'active' },
    expect(`${path} changed by hand`, changed, 'changed by hand'),
    expect(`the nightly run names ${path}`, run, path),
    { ...expect(`${path} is as described again`, after, text), ok: after === asInstalled && after.includes(text) },
    expect('what starts the machine is restored', bootLoader, 'boot loader: '),
    expect('a further run has nothing to do', again, '0 paths would change'),
  ];
}
