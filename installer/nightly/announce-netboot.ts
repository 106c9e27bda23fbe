// What an installed machine does once it is armed. In: the look-up, the firmware. Out: notices. Never: restarts it.
import type { Lookup } from '../../contract/lookup.ts';
import type { Description } from '../description/find-description.ts';
import { describeWithHint, UserError } from '../../lib/errors.ts';
import { netbootNext } from '../boot-loaders/nvram/netboot-next.ts';
import { readEfi } from '../look/efi/read-efi.ts';
import type { PartialContext } from './run-context.ts';

/** UEFI firmware that starts from the disk first is told to start from the network once; a BIOS has the network first. */
export async function announceNetboot(
  { mode, root, run, state, macs }: Pick<PartialContext, 'mode' | 'root' | 'run' | 'state' | 'macs'>,
  description: Pick<Description, 'lookup' | 'away'>,
): Promise<string[]> {
  if (!isArmedNow(description) || root !== '/' || mode !== 'run') return [];
  const efi = await readEfi(run);
  if (efi === undefined) return [];
  try {
    const { number, label } = await netbootNext({ run, efi, remembered: state.networkBoot, macs: await macs() });
    return [
      `armed: the next start is from the network (boot entry ${number}, ${label}), and installs this machine anew`,
    ];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [`armed, but the next start is not from the network: ${describeWithHint(error)}`.slice(0, 2000)];
  }
}

/** As the server says it: what it last said, before it went away, may have been taken back since. */
export function isArmedNow({
  lookup: { armed },
  away,
}: {
  lookup: Pick<Lookup, 'armed'>;
  away?: string | undefined;
}): boolean {
  return armed === true && away === undefined;
}
