import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../../lib/errors.ts';
import { CommandError } from '../../../lib/run-command.ts';
import type { BootEntries, EfiFacts } from '../../../partition-specs/efi-facts.ts';
import { netbootNext } from './netboot-next.ts';

const MAC = '52:54:00:a1:b2:c3';
const own = {
  number: '000B',
  active: true,
  label: 'UEFI PXEv4',
  target: 'PciRoot(0x0)/Pci(0x2,0x0)/MAC(525400a1b2c3,1)/IPv4(0.0.0.0,0,0)',
};
const debian = { number: '0005', active: true, label: 'debian', target: 'HD(127,GPT,aaaaaaaa)/File(\\EFI\\x.efi)' };
const boot: BootEntries = { order: ['0005', '000B'], entries: [debian, own] };

/** What was asked of efibootmgr, and the number that was chosen or the words that were said. */
async function ordered(
  efi: Partial<Pick<EfiFacts, 'boot' | 'variables'>> | undefined,
  { refuses = false }: { refuses?: boolean } = {},
): Promise<readonly [string[], string]> {
  const asked: string[] = [];
  try {
    const { number } = await netbootNext({
      run: async (argv) => {
        asked.push(argv.slice(1).join(' '));
        if (refuses)
          throw new CommandError(argv, 'exit code 8', { exitCode: 8, stdout: '', stderr: 'Input/output error' });
        return { exitCode: 0, stdout: '', stderr: '' };
      },
      efi: efi === undefined ? undefined : { boot, variables: 'writable', ...efi },
      remembered: undefined,
      macs: [MAC],
    });
    return [asked, number];
  } catch (error) {
    assert.ok(error instanceof UserError);
    assert.match(error.hint ?? '', /firmware's own boot menu/);
    return [asked, error.message];
  }
}

const ORDER = '--quiet --bootnext 000B';

for (const { what, efi, refuses, expected } of [
  { what: 'it is asked for one start, and for nothing else', efi: {}, expected: [[ORDER], '000B'] },
  {
    what: 'an entry that is not in the order is started as well; the order stays',
    efi: { boot: { ...boot, order: ['0005'] } },
    expected: [[ORDER], '000B'],
  },
  {
    what: 'what is ordered already is not written again',
    efi: { boot: { ...boot, next: '000B' } },
    expected: [[], '000B'],
  },
  { what: 'another order gives way', efi: { boot: { ...boot, next: '0005' } }, expected: [[ORDER], '000B'] },
  {
    what: 'no entry of the network',
    efi: { boot: { ...boot, entries: [debian] } },
    expected: [[], 'the firmware has no boot entry for the network'],
  },
  {
    what: 'variables that are read-only',
    efi: { variables: 'read-only' as const },
    expected: [[], "the firmware's variables cannot be written"],
  },
  {
    what: 'firmware that refuses',
    efi: {},
    refuses: true,
    expected: [[ORDER], 'the firmware did not take the order for the next start'],
  },
  {
    what: 'a BIOS',
    efi: undefined,
    expected: [[], 'this machine was started by a BIOS, which has no order for one start'],
  },
]) {
  test(`the next start from the network: ${what}`, async () => {
    assert.deepEqual(await ordered(efi, refuses === undefined ? {} : { refuses }), expected);
  });
}
