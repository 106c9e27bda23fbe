import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decideBoot } from './decide.ts';
import type { BootRequest, MachineView } from './decide.ts';
import type { Life, MachineState } from './state/transitions.ts';

const LIFE: Life = {
  state: 'unknown',
  reason: undefined,
  stateBefore: 'unknown',
  attempts: 0,
  attemptsAllowed: 3,
  localBoots: 0,
  lastStep: undefined,
};
const SCRIPT: BootRequest = { via: 'http', wants: 'machine-script' };

function known(
  life: Partial<Life>,
  more: { recordEdited?: boolean; sameBoot?: boolean; unfit?: string } = {},
): MachineView {
  const view = { kind: 'known', name: 'q-bert', recordEdited: false, sameBoot: false, unfit: undefined } as const;
  return { ...view, life: { ...LIFE, ...life }, ...more };
}

const SCRIPTS = [
  { name: 'an unknown MAC', machine: { kind: 'unknown' }, want: /^local-disk: .*unknown to the site/ },
  { name: 'not armed', machine: known({}), want: /^local-disk: q-bert is not armed/ },
  { name: 'armed', machine: known({ state: 'armed' }), want: /^installer 1 of 3$/ },
  { name: 'second attempt', machine: known({ state: 'installing', attempts: 1 }), want: /^installer 2 of 3$/ },
  {
    name: 'the same boot again',
    machine: known({ state: 'installing', attempts: 3 }, { sameBoot: true }),
    want: /^installer 3 of 3 again$/,
  },
  {
    name: 'attempts used up',
    machine: known({ state: 'installing', attempts: 3 }),
    want: /^local-disk: .*all 3 attempts are used up.* attempts-used-up$/,
  },
  {
    name: 'record edited after arming',
    machine: known({ state: 'armed' }, { recordEdited: true }),
    want: /^local-disk: .*edited after arming.* disarmed$/,
  },
  {
    name: 'record edited between attempts, even for the same boot',
    machine: known({ state: 'installing', attempts: 1 }, { recordEdited: true, sameBoot: true }),
    want: /disarmed$/,
  },
  {
    name: 'installed, record edited',
    machine: known({ state: 'installed' }, { recordEdited: true }),
    want: /is installed$/,
  },
  {
    name: 'armed, of another architecture',
    machine: known({ state: 'armed' }, { unfit: 'ARCH=amd64, its firmware is of arm64' }),
    want: /^local-disk: q-bert: ARCH=amd64, its firmware is of arm64 disarmed$/,
  },
  {
    name: 'installed, of another architecture',
    machine: known({ state: 'installed' }, { unfit: 'ARCH=amd64, its firmware is of arm64' }),
    want: /^local-disk: q-bert is installed$/,
  },
  { name: 'booting', machine: known({ state: 'booting' }), want: /^local-disk: .*just installed booted-locally$/ },
  { name: 'booting, asked twice', machine: known({ state: 'booting' }, { sameBoot: true }), want: /just installed$/ },
  {
    name: 'failed',
    machine: known({ state: 'failed', reason: 'disk0: none fits' }),
    want: /failed; left alone until it is armed again \(disk0: none fits\)/,
  },
] as const;

for (const { name, machine, want } of SCRIPTS) {
  test(`script for ${name}`, () => {
    const decision = decideBoot(SCRIPT, machine);
    const words =
      decision.give === 'installer'
        ? `installer ${decision.attempt} of ${decision.attemptsAllowed}${decision.again ? ' again' : ''}`
        : decision.give === 'local-disk'
          ? `local-disk: ${decision.why}${decision.means === undefined ? '' : ` ${decision.means.kind}`}`
          : decision.give;
    assert.match(words, want);
  });
}

const bios = { firmware: 'bios', name: 'x86 BIOS', of: 'amd64' } as const;
const uefi = { firmware: 'uefi', name: 'x64 UEFI', of: 'amd64' } as const;
const other = { firmware: 'other', name: 'architecture 99', of: undefined } as const;
const FILES = [
  {
    name: 'BIOS firmware',
    request: { via: 'dhcp', client: { kind: 'firmware', architectures: [bios] }, way: 'grub' },
    want: 'undionly.kpxe',
  },
  {
    name: 'firmware that is several: the first that there is a loader for',
    request: { via: 'dhcp', client: { kind: 'firmware', architectures: [other, bios] }, way: undefined },
    want: 'undionly.kpxe',
  },
  {
    name: 'iPXE on BIOS',
    request: { via: 'dhcp', client: { kind: 'ipxe', architectures: [bios] }, way: undefined },
    want: 'start.ipxe',
  },
  {
    name: 'UEFI firmware',
    request: { via: 'dhcp', client: { kind: 'firmware', architectures: [uefi] }, way: 'grub' },
    want: 'shimx64.efi',
  },
  { name: 'a running system', request: { via: 'dhcp', client: { kind: 'system' }, way: undefined }, want: undefined },
  {
    name: 'UEFI firmware of a machine that wants iPXE',
    request: { via: 'dhcp', client: { kind: 'firmware', architectures: [uefi] }, way: 'ipxe' },
    want: 'snponly.efi',
  },
  {
    name: 'iPXE on UEFI, whatever the machine wants',
    request: { via: 'dhcp', client: { kind: 'ipxe', architectures: [uefi] }, way: 'grub' },
    want: 'start.ipxe',
  },
  {
    name: 'a processor that nobody knows',
    request: { via: 'dhcp', client: { kind: 'firmware', architectures: [other] }, way: 'grub' },
    want: undefined,
  },
  { name: 'TFTP of what GRUB reads first', request: { via: 'tftp', file: 'grub/grub.cfg' }, want: 'grub/grub.cfg' },
  { name: 'HTTP of the loader', request: { via: 'http', wants: 'file', file: 'grubx64.efi' }, want: 'grubx64.efi' },
  { name: 'TFTP of the loader', request: { via: 'tftp', file: 'undionly.kpxe' }, want: 'undionly.kpxe' },
  { name: 'TFTP of autoexec.ipxe', request: { via: 'tftp', file: 'autoexec.ipxe' }, want: 'autoexec.ipxe' },
  { name: 'TFTP of anything else', request: { via: 'tftp', file: '../etc/passwd' }, want: undefined },
] as const;

for (const { name, request, want } of FILES) {
  test(`file for ${name}`, () => {
    const decision = decideBoot(request, known({ state: 'armed' }));
    assert.equal('file' in decision ? decision.file : undefined, want);
  });
}

const states: readonly MachineState[] = ['unknown', 'armed', 'installing', 'booting', 'installed', 'failed'];
const life: fc.Arbitrary<Life> = fc.record({
  state: fc.constantFrom(...states),
  reason: fc.option(fc.string(), { nil: undefined }),
  stateBefore: fc.constantFrom(...states),
  attempts: fc.nat(5),
  attemptsAllowed: fc.integer({ min: 1, max: 5 }),
  localBoots: fc.nat(5),
  lastStep: fc.option(fc.string(), { nil: undefined }),
});
const view: fc.Arbitrary<MachineView> = fc.oneof(
  fc.constant({ kind: 'unknown' as const }),
  fc.record({
    kind: fc.constant('known' as const),
    name: fc.string(),
    life,
    recordEdited: fc.boolean(),
    unfit: fc.option(fc.string(), { nil: undefined }),
    sameBoot: fc.boolean(),
  }),
);
const request: fc.Arbitrary<BootRequest> = fc.oneof(
  fc.constant(SCRIPT),
  fc.record({ via: fc.constant('http' as const), wants: fc.constant('file' as const), file: fc.string() }),
  fc.record({ via: fc.constant('tftp' as const), file: fc.string() }),
  fc.record({
    via: fc.constant('dhcp' as const),
    client: fc.constantFrom({ kind: 'system' as const }, { kind: 'ipxe' as const, architectures: [bios, uefi] }),
    way: fc.constantFrom(undefined, 'grub' as const, 'ipxe' as const),
  }),
);

test('property: the installer only for a machine that is armed or installing, unedited, fit, with attempts left', () => {
  fc.assert(
    fc.property(request, view, (request, machine) => {
      const decision = decideBoot(request, machine);
      if (decision.give !== 'installer') return;
      assert(machine.kind === 'known');
      assert(machine.life.state === 'armed' || machine.life.state === 'installing');
      assert(!machine.recordEdited);
      assert.equal(machine.unfit, undefined);
      assert(decision.again ? machine.sameBoot : machine.life.attempts < machine.life.attemptsAllowed);
    }),
    { numRuns: 2000 },
  );
});

test('an iPXE that nobody here has a script for is told from its firmware', () => {
  const client = { kind: 'ipxe', architectures: [{ firmware: 'uefi', name: 'ARM64 UEFI', of: 'arm64' }] } as const;
  const decision = decideBoot({ via: 'dhcp', client, way: undefined }, { kind: 'unknown' });
  assert.deepEqual(decision, { give: 'nothing', why: 'network boot by iPXE on ARM64 UEFI is not supported' });
});
