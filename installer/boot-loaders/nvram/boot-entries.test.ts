import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandError } from '../../../lib/run-command.ts';
import type { RunCommand } from '../../../lib/run-command.ts';
import type { BootEntries, BootEntry, EfiFacts } from '../../../partition-specs/efi-facts.ts';
import { planBootEntries } from './plan-boot-entries.ts';
import type { WantedEntry } from './wanted-entry.ts';
import { writeBootEntries } from './write-boot-entries.ts';

const [A, B] = ['aaaaaaaa-0000-4000-8000-000000000001', 'bbbbbbbb-0000-4000-8000-000000000002'];

function wish(label: string, partUuid: string, diskPath: string): WantedEntry {
  return { label, partUuid, loaderPath: '\\EFI\\debian\\shimx64.efi', diskPath, number: 127 };
}
const one = [wish('debian', A, '/dev/sda')];
const two = [wish('debian (disk0)', A, '/dev/sda'), wish('debian (disk1)', B, '/dev/sdb')];

function own(number: string, partUuid = A, more: Partial<BootEntry> = {}): BootEntry {
  const loaderPath = '\\EFI\\DEBIAN\\SHIMX64.EFI';
  return {
    number,
    active: true,
    label: 'debian',
    target: `HD(127,GPT,${partUuid})/${loaderPath}`,
    partUuid,
    loaderPath,
    ...more,
  };
}
function foreign(number: string, label: string, target = 'PciRoot(0x0)/Pci(0x2,0x0)/MAC(525400a1b2c3,1)'): BootEntry {
  return { number, active: true, label, target };
}
/** Shim of the same partition, and what follows it in the entry. */
function told(number: string, data: string, label = 'Linux-Firmware-Updater'): BootEntry {
  const target = `HD(127,GPT,${A})/${data.startsWith(')') ? 'File(' : ''}\\EFI\\debian\\shimx64.efi${data}`;
  return own(number, A, { label, target });
}
const pxe = foreign('0001', 'UEFI PXEv4');
const windows: BootEntry = {
  ...own('0000', A),
  label: 'Windows Boot Manager',
  loaderPath: '\\EFI\\Microsoft\\Boot\\bootmgfw.efi',
};

type Case = {
  readonly what: string;
  readonly now: BootEntries;
  readonly wanted?: readonly WantedEntry[];
  readonly create?: readonly string[];
  readonly order?: string;
  readonly remove?: string;
  readonly activate?: string;
};

const cases: readonly Case[] = [
  { what: 'new firmware', now: { order: [], entries: [] }, create: ['debian'] },
  { what: 'only the network', now: { order: ['0001'], entries: [pxe] }, create: ['debian'] },
  { what: 'all is well', now: { order: ['0002', '0001'], entries: [pxe, own('0002')] } },
  {
    what: 'pushed back',
    now: { order: ['0001', '0000', '0002'], entries: [windows, pxe, own('0002')] },
    order: '0002,0001,0000',
  },
  { what: 'no longer in the order', now: { order: ['0001'], entries: [pxe, own('0002')] }, order: '0002,0001' },
  {
    what: 'twice',
    now: { order: ['0001', '0005', '0002'], entries: [pxe, own('0002'), own('0005')] },
    order: '0005,0001',
    remove: '0002',
  },
  {
    what: 'twice, and the first one is well',
    now: { order: ['0005', '0001', '0002'], entries: [pxe, own('0002'), own('0005')] },
    remove: '0002',
  },
  { what: 'switched off', now: { order: ['0002'], entries: [own('0002', A, { active: false })] }, activate: '0002' },
  { what: 'Windows on the same partition stays', now: { order: ['0000'], entries: [windows] }, create: ['debian'] },
  {
    what: 'one of the same name on another disk stays',
    now: { order: ['0003'], entries: [own('0003', B)] },
    create: ['debian'],
  },
  {
    what: 'firmware that has made a number of ours',
    now: { order: ['0002'], entries: [foreign('0002', 'debian', 'VenHw(99e275e7-75a0-4b37-a2e6-c5385e6c00cb)')] },
  },
  {
    what: 'one of our name that efibootmgr could not read',
    now: { order: ['0002', '0001'], entries: [foreign('0001', 'bad', ''), foreign('0002', 'debian', '')] },
  },
  {
    what: 'others of our name that it could not read stay, where ours is known by its file',
    now: { order: ['0003', '0002'], entries: [own('0002'), foreign('0003', 'debian', '')] },
    order: '0002,0003',
  },
  {
    what: 'several of our name that it could not read stay',
    now: { order: ['0003', '0002'], entries: [foreign('0002', 'debian', ''), foreign('0003', 'debian', '')] },
  },
  {
    what: 'the order names one that is gone, which efibootmgr would refuse',
    now: { order: ['0018', '0001', '0002'], entries: [pxe, own('0002')] },
    order: '0002,0001',
  },
  { what: 'only one that is gone is before ours', now: { order: ['0018', '0002'], entries: [own('0002')] } },
  {
    what: 'the same shim told to start another program is not ours, as efibootmgr 17 prints it',
    now: { order: ['0002', '0001'], entries: [own('0002'), told('0001', ')\\.f.w.u.p.d.x.6.4...e.f.i...')] },
  },
  {
    what: 'the same shim told to start another program is not ours, as efibootmgr 18 prints it',
    now: { order: ['0001'], entries: [told('0001', '5c0066007700750070006400')] },
    create: ['debian'],
  },
  {
    what: 'what firmware puts behind the path makes it no other',
    now: {
      order: ['0002', '0003', '0004', '0005'],
      entries: [
        [')..BO', '0002'],
        ['0000424f', '0003'],
        [')RC', '0004'],
        [')N.....YM....R,Y.', '0005'],
      ].map(([data = '', number = '']) => told(number, data, 'debian')),
    },
    remove: '0003,0004,0005',
  },
  {
    what: 'a mirror',
    now: { order: ['0001', '0002', '0003'], entries: [pxe, own('0002', B), own('0003', A)] },
    wanted: two,
    order: '0003,0002,0001',
  },
  {
    what: 'a mirror without its second',
    now: { order: ['0003', '0001'], entries: [pxe, own('0003')] },
    wanted: two,
    create: ['debian (disk1)'],
  },
];

for (const { what, now, wanted = one, ...expected } of cases) {
  test(`boot entries: ${what}`, () => {
    const { create, order, remove, activate } = planBootEntries(now, wanted);
    const found = {
      create: create.map(({ label }) => label),
      order: order?.join(','),
      remove: remove.join(','),
      activate: activate.join(','),
    };
    assert.deepEqual(found, { create: [], order: undefined, remove: '', activate: '', ...expected });
  });
}

/** Firmware that does what efibootmgr asks of it. */
function firmware(
  now: BootEntries,
  given: { variables?: EfiFacts['variables']; stderr?: string; forgets?: true } = {},
) {
  const asked: string[] = [];
  const state = { order: [...now.order], entries: [...now.entries] };
  const run: RunCommand = async (argv) => {
    const words = argv.slice(2);
    asked.push(words.join(' '));
    const valueOf = (name: string) => words[words.indexOf(name) + 1] ?? '';
    if (given.stderr !== undefined) {
      throw new CommandError(argv, 'exit code 5', { exitCode: 5, stdout: '', stderr: given.stderr });
    }
    if (words[0] === '--create' && given.forgets === undefined) {
      const number = `00${10 + state.entries.length}`;
      const partUuid = valueOf('--disk') === '/dev/sda' ? A : B;
      state.entries.push(own(number, partUuid, { label: valueOf('--label') }));
      state.order.unshift(number);
    }
    if (words[0] === '--bootorder') state.order = valueOf('--bootorder').split(',');
    if (words[0] === '--delete-bootnum') {
      state.entries = state.entries.filter(({ number }) => number !== valueOf('--bootnum'));
      state.order = state.order.filter((number) => number !== valueOf('--bootnum'));
    }
    return { exitCode: 0, stdout: '', stderr: '' };
  };
  const readEfi = async () => ({ variables: given.variables ?? ('writable' as const), boot: structuredClone(state) });
  return { asked, state, tools: { run, readEfi } };
}

for (const { what, now, wanted = one } of cases) {
  test(`written once, there is nothing more to do: ${what}`, async () => {
    const { asked, state, tools } = firmware(now);
    const first = await writeBootEntries(wanted, tools);
    assert.deepEqual(first.notices, []);
    const again = await writeBootEntries(wanted, tools);
    const isAgain = again.changes.filter(({ why }) => !/switched off/.test(why));
    assert.deepEqual(isAgain, []);
    const before = now.entries.filter((entry) => entry.label !== 'debian');
    for (const entry of before) assert.ok(state.entries.some(({ number }) => number === entry.number));
    const made = asked.findLastIndex((words) => words.startsWith('--create'));
    const gone = asked.findIndex((words) => words.startsWith('--delete'));
    assert.ok(gone < 0 || made < gone, 'an entry was removed before another was made');
  });
}

for (const { what, given, expected } of [
  {
    what: 'full',
    given: { stderr: 'Could not prepare Boot variable: No space left on device\n' },
    expected: /memory for variables is full.*EFI\/BOOT/,
  },
  { what: 'read-only', given: { variables: 'read-only' as const }, expected: /variables are read-only.*EFI\/BOOT/ },
  {
    what: 'read-only, and does not say so',
    given: { stderr: 'Could not set variable: Read-only file system\n' },
    expected: /are read-only/,
  },
  { what: 'hidden', given: { variables: 'hidden' as const }, expected: /not to be seen/ },
  { what: 'wrong', given: { stderr: 'Could not set variable: Invalid argument\n' }, expected: /Invalid argument/ },
  { what: 'forgetful', given: { forgets: true as const }, expected: /has forgotten the boot entry debian/ },
]) {
  test(`firmware whose memory is ${what} is said, and is no failure`, async () => {
    const { tools } = firmware({ order: ['0001'], entries: [pxe] }, given);
    const { changes, notices } = await writeBootEntries(one, tools);
    assert.deepEqual(changes, []);
    assert.match(notices.join('\n'), expected);
  });
}

test('where there is no UEFI firmware, nothing is done and nothing said', async () => {
  const { run } = firmware({ order: [], entries: [] }).tools;
  assert.deepEqual(await writeBootEntries(one, { run, readEfi: async () => undefined }), { changes: [], notices: [] });
});
