import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { GiB, MiB } from '../lib/bytes.ts';
import { FaultsError } from '../lib/errors.ts';
import type { DiskFacts, ExistingPartition } from './disk-facts.ts';
import type { Layout, LayoutPartition } from './layout.ts';
import type { RecordedExtent } from './find-data.ts';
import { planLayout } from './plan-layout.ts';
import type { LayoutInput } from './plan-layout.ts';
import { renderLinux } from './render/linux.ts';
import { parsePartitionSpec } from './spec.ts';
import { gptTypes } from './tables/gpt.ts';
import { disk, machine } from './testing/disk.ts';
import { writtenDisk } from './testing/written-disk.ts';

const machineId = '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41';

type Given = Partial<Omit<LayoutInput, 'spec'>> & { readonly disks?: readonly DiskFacts[] };

function plan(text: string, { disks = [disk()], ...given }: Given = {}): Layout {
  return planLayout({ spec: parsePartitionSpec(text), facts: machine(...disks), bindings: {}, machineId, ...given });
}

function refusal(text: string, given: Given = {}): string {
  try {
    plan(text, given);
  } catch (error) {
    assert.ok(error instanceof FaultsError, String(error));
    return error.message;
  }
  throw new Error(`'${text}' was planned`);
}

/** The disk after an installation with consent to make its data partitions. */
function installed(text: string, before: DiskFacts = disk()): DiskFacts {
  const spec = parsePartitionSpec(text);
  const initData = spec.disks.flatMap(({ partitions }) =>
    partitions.filter(({ data }) => data).map((each) => each.letter),
  );
  const [planned = assert.fail()] = plan(text, { disks: [before], initData }).disks;
  return writtenDisk(before, planned);
}

function letter(layout: Layout, name: string): LayoutPartition {
  return layout.disks.flatMap(({ partitions }) => partitions).find((each) => each.letter === name) ?? assert.fail(name);
}

const place = ({ startSector, sizeSectors }: ExistingPartition | LayoutPartition) => [startSector, sizeSectors];
const numberOf = (facts: DiskFacts, number: number): ExistingPartition =>
  facts.partitions.find((each) => each.number === number) ?? assert.fail(`no partition ${number}`);

const GPT = 'disk0: (a 6G ext4 /) (b 1G swap) (h rest xfs /home data)';
const DOS = 'disk0: dos (a 1G ext4 /boot) (d 6G ext4 /) (e 1G swap) (h rest xfs /home data)';

suite('data that is found is kept where it lies', () => {
  test('with the same spec, everything lies where it lay', () => {
    for (const text of [GPT, DOS]) {
      const facts = installed(text);
      const again = plan(text, { disks: [facts] });
      const [planned = assert.fail()] = again.disks;
      assert.deepEqual(
        planned.partitions.map((each) => [each.number, ...place(each)]),
        facts.partitions.map((each) => [each.number, ...place(each)]),
      );
      assert.deepEqual(planned.table, plan(text, { initData: ['h'] }).disks[0]?.table);
      assert.equal(letter(again, 'h').verdict, 'KEEP');
      assert.equal(letter(again, 'a').verdict, 'FORMAT');
      assert.equal(planned.keepsTable, true);
    }
  });

  const changes: [what: string, text: string][] = [
    ['the root grows smaller', 'disk0: (a 2G ext4 /) (b 1G swap) (h rest xfs /home data)'],
    [
      'more partitions in front',
      'disk0: (a 2G ext4 /) (b 1G swap) (c 2G ext4 /var) (d 1G ext4 /tmp) (h rest xfs /home data)',
    ],
    ['another order', 'disk0: (h rest xfs /home data) (b 1G swap) (a 2G ext4 /)'],
    ['another mount point and label', 'disk0: (a 2G ext4 /) (h rest xfs /srv/data data,label=x)'],
    ['less is asked for', 'disk0: (a 2G ext4 /) (h 10G xfs /home data)'],
    ['a range', 'disk0: (a 2G ext4 /) (h 10G-90G xfs /home data)'],
  ];
  for (const [what, text] of changes) {
    test(`the spec around it changes: ${what}`, () => {
      const facts = installed(GPT);
      const layout = plan(text, { disks: [facts] });
      const kept = letter(layout, 'h');
      assert.deepEqual(place(kept), place(numberOf(facts, 8)));
      assert.deepEqual([kept.verdict, kept.content?.uuid], ['KEEP', numberOf(facts, 8).fsUuid]);
      checkNothingOverlaps(layout);
    });
  }

  test('logical partitions are renumbered, and the data stays', () => {
    const facts = installed(DOS);
    assert.equal(numberOf(facts, 7).fsType, 'xfs');
    const fewer = plan('disk0: (a 1G ext4 /boot) (d 7G ext4 /) (h rest xfs /home data)', { disks: [facts] });
    const [planned = assert.fail()] = fewer.disks;
    assert.deepEqual([planned.table.kind, letter(fewer, 'd').number, letter(fewer, 'h').number], ['dos', 5, 6]);
    assert.deepEqual(place(letter(fewer, 'h')), place(numberOf(facts, 7)));
    const none = plan('disk0: (a 8G ext4 /) (h rest xfs /home data)', { disks: [facts] });
    assert.deepEqual([letter(none, 'a').number, letter(none, 'h').number], [1, 5]);
    checkNothingOverlaps(none);
  });

  test('disks swap their names: it is looked for on the disk, not under the name', () => {
    const other = disk({ path: '/dev/sda', serial: 'SYSTEM' });
    const data = disk({ path: '/dev/sdb', serial: 'DATA' });
    const text = 'disk0: (a 6G ext4 /) disk1: (h rest xfs /home data)';
    const bindings = { disk0: 'serial:SYSTEM', disk1: 'serial:DATA' };
    const first = plan(text, { disks: [other, data], bindings, initData: ['disk1h'] });
    const [system = assert.fail(), home = assert.fail()] = first.disks;
    const rename = (facts: DiskFacts, from: string, to: string): DiskFacts =>
      JSON.parse(JSON.stringify(facts).replaceAll(from, to)) as DiskFacts;
    const swapped = [
      rename(writtenDisk(other, system), '/dev/sda', '/dev/sdb'),
      rename(writtenDisk(data, home), '/dev/sdb', '/dev/sda'),
    ];
    const layout = plan(text, { disks: swapped, bindings });
    assert.deepEqual([letter(layout, 'h').device, letter(layout, 'h').verdict], ['/dev/sda8', 'KEEP']);
    assert.equal(letter(layout, 'a').device, '/dev/sdb1');
  });

  test('a partition that gutinteg did not make is found by file system and label, and keeps its UUID', () => {
    const home = {
      ...existing(1, 2048, 4 * GiB),
      fsType: 'xfs',
      fsLabel: '/home',
      fsUuid: 'f00',
      uuid: 'cafe',
      label: 'x',
    };
    const layout = plan(GPT, { disks: [disk({ table: { kind: 'gpt', uuid: 'beef' }, partitions: [home] })] });
    const kept = letter(layout, 'h');
    assert.deepEqual([kept.content?.uuid, kept.uuid, kept.name], ['f00', 'cafe', 'x']);
    assert.deepEqual(place(kept), place(home));
    assert.match(kept.evidence ?? '', /only xfs labelled '\/home'/);
    assert.equal(layout.disks[0]?.table.kind === 'gpt' && layout.disks[0].table.uuid, 'beef');
  });

  test('power was cut while the table was written: the recorded place is looked at', () => {
    const facts = installed(GPT);
    const home = numberOf(facts, 8);
    for (const wreck of [disk(), { ...facts, partitions: facts.partitions.filter((each) => each !== home) }]) {
      const recorded: RecordedExtent = {
        name: 'disk0/h',
        diskPath: '/dev/vda',
        startSector: home.startSector,
        sizeSectors: home.sizeSectors,
        fsUuid: home.fsUuid ?? '',
        found: { fsType: 'xfs', ...(home.fsUuid === undefined ? {} : { fsUuid: home.fsUuid }) },
      };
      const layout = plan(GPT, { disks: [wreck], recorded: [recorded] });
      assert.deepEqual([...place(letter(layout, 'h')), letter(layout, 'h').verdict], [...place(home), 'KEEP']);
      assert.match(letter(layout, 'h').evidence ?? '', /server recorded this place/);
      assert.equal(layout.disks[0]?.found.find(({ number }) => number === 0)?.verdict, 'KEEP');
      assert.equal(layout.disks[0]?.keepsTable, true);
      assert.match(refusal(GPT, { disks: [wreck], recorded: [{ ...recorded, found: {} }] }), /is not on disk/);
    }
  });
});

test('the same text gives the same layout, whatever order it is in; two first data partitions find their places again', () => {
  const text = 'disk0: (a rest ext4 /) (h 10G xfs /home data) (b 5G swap) (g 20G xfs /srv data)';
  const facts = installed(text);
  const extents = (layout: Layout) =>
    layout.disks.flatMap(({ partitions }) => partitions.map((each) => [each.number, ...place(each)]));
  const first = facts.partitions.map((each) => [each.number, ...place(each)]);
  assert.deepEqual(extents(plan(text, { disks: [facts] })), first);
  // Cut off between the two: h has its file system, g is a partition without one.
  const half = withoutFs(facts, 7);
  const again = plan(text, { disks: [half], initData: ['h', 'g'] });
  assert.deepEqual(extents(again), first);
  assert.deepEqual([letter(again, 'h').verdict, letter(again, 'g').verdict], ['KEEP', 'FORMAT']);
});

test('a lost table is replaced by one in which the data can stay, to the last sector', () => {
  const facts = installed(DOS);
  const home = numberOf(facts, 7);
  const recorded: RecordedExtent = {
    name: 'disk0/h',
    diskPath: '/dev/vda',
    startSector: home.startSector,
    sizeSectors: home.sizeSectors,
    fsUuid: home.fsUuid ?? '',
    found: { fsType: 'xfs', ...(home.fsUuid === undefined ? {} : { fsUuid: home.fsUuid }) },
  };
  const layout = plan('disk0: (a 6G ext4 /) (h rest xfs /home data)', { recorded: [recorded] });
  assert.deepEqual([layout.disks[0]?.table.kind, letter(layout, 'h').number], ['dos', 2]);
  assert.deepEqual(place(letter(layout, 'h')), place(home));
  assert.match(refusal(GPT.replace('disk0:', 'disk0: gpt'), { recorded: [recorded] }), /a gpt table leaves no room/);
});

test('an EFI system partition of another system needs no label where it is the only one', () => {
  const esp = {
    ...existing(1, 2048, 100 * MiB),
    type: gptTypes.efiSystem,
    fsType: 'vfat',
    fsUuid: 'ABCD-1234',
  };
  const text = 'disk0: (a 100M vfat /boot/efi data) (e 6G ext4 /)';
  const on = (...partitions: ExistingPartition[]) => [
    disk({ table: { kind: 'gpt', uuid: '11111111-2222-4333-8444-555555555555' }, partitions }),
  ];
  const kept = letter(plan(text, { disks: on(esp) }), 'a');
  assert.deepEqual([kept.verdict, place(kept)], ['KEEP', place(esp)]);
  assert.match(kept.evidence ?? '', /the only EFI system partition on the disk/);
  const other = { ...esp, number: 2, startSector: 300 * 2048, fsUuid: 'ABCD-5678' };
  assert.match(refusal(text, { disks: on(esp, other) }), /data partition disk0a is not on disk/);
  const twice = 'disk0: (a 100M vfat data,label=ONE) (b 100M vfat data,label=TWO) (e 6G ext4 /)';
  const copy = { ...other, path: '/dev/vda2', fsUuid: esp.fsUuid, fsLabel: 'TWO' };
  const copied = on({ ...esp, path: '/dev/vda1', fsLabel: 'ONE' }, copy);
  assert.match(refusal(twice, { disks: copied }), /of the vfat of \/dev\/vda1 and of the vfat of \/dev\/vda2;/);
  const labelled = text.replace('data', 'data,label=SYSTEM');
  assert.match(refusal(labelled, { disks: on(esp) }), /data partition disk0a is not on disk/);
});

test('a logical partition may follow so closely behind a primary one that both touch one MiB', () => {
  const srv = { ...existing(1, 45057, 8 * MiB), fsType: 'ext4', fsLabel: '/srv', fsUuid: 'a' };
  const home = { ...existing(5, 63489, 8 * MiB), fsType: 'ext4', fsLabel: '/home', fsUuid: 'b' };
  const frame = { ...existing(2, 61441, 9 * MiB), type: '5' };
  const disks = [disk({ table: { kind: 'dos' }, partitions: [srv, frame, home] })];
  const layout = plan('disk0: (b 8M ext4 /srv data) (d 8M ext4 /home data) (e 20M ext4 /)', { disks });
  assert.deepEqual([place(letter(layout, 'b')), place(letter(layout, 'd'))], [place(srv), place(home)]);
  checkNothingOverlaps(layout);
});

test('nothing is wiped through a partition that shares sectors with what is kept', () => {
  const facts = installed(GPT);
  const home = numberOf(facts, 8);
  const over = { ...numberOf(facts, 2), sizeSectors: 20 * GiB, startSector: home.startSector - 2048 };
  const wreck = { ...facts, partitions: [numberOf(facts, 1), over] };
  const layout = plan(GPT, { disks: [wreck], recorded: [recordOf(home)] });
  const wiped = renderLinux(layout).operations.filter(({ kind }) => kind === 'wipe');
  assert.deepEqual(
    wiped.map(({ argv }) => argv.at(-1)),
    ['/dev/vda1'],
  );
});

test('a boot disk needs room for GRUB in front of what is kept', () => {
  const home = { ...existing(1, 63, 4 * GiB), fsType: 'xfs', fsLabel: '/home', fsUuid: 'f00' };
  const disks = [disk({ table: { kind: 'dos' }, partitions: [home] })];
  assert.match(
    refusal('disk0: (a 6G ext4 /) (h rest xfs /home data)', { disks }),
    /begins, or has its record, before 1 MiB/,
  );
});

suite('what cannot be kept is refused', () => {
  const facts = installed(GPT);
  const home = numberOf(facts, 8);
  const changed = (change: Partial<ExistingPartition>): DiskFacts => ({
    ...facts,
    partitions: facts.partitions.map((each) => (each === home ? { ...each, ...change } : each)),
  });
  const cases: [what: string, text: string, given: Given, message: RegExp][] = [
    ['it is not there', GPT, {}, /data partition disk0h is not on disk .*--init-data=h/s],
    [
      'more is asked for',
      GPT.replace('rest', '63G'),
      { disks: [facts] },
      /cannot grow: 63.0 GiB are asked for, and \/dev\/vda8/,
    ],
    [
      'another file system is asked for',
      GPT.replace('xfs', 'ext4'),
      { disks: [facts] },
      /should hold ext4, and .* holds xfs; it is not touched/,
    ],
    [
      'its superblock is gone',
      GPT,
      { disks: [withoutFs(changed({}), 8)] },
      /holds no known file system; it is not touched/,
    ],
    [
      'another table is asked for',
      GPT.replace('disk0:', 'disk0: dos'),
      { disks: [facts] },
      /keeps a data partition, so its table stays gpt/,
    ],
    [
      'the rest does not fit beside it',
      GPT.replace('a 6G', 'a 8G'),
      { disks: [facts] },
      /partition b finds no place .* beside the partitions that are kept|partition a finds no place/,
    ],
    [
      'two have its label',
      GPT,
      { disks: [twice()], initData: ['h'] },
      /not known for certain .* labelled '\/home' .* holds for partition 1 and partition 2/,
    ],
    [
      'a copy of it lies beside it, and the server knows one of them',
      GPT,
      { disks: [copied()], recorded: [recordOf(home)] },
      /not known for certain .* has the UUID .* holds for \/dev\/vda8 and \/dev\/vda9/,
    ],
    ['a copy of it lies beside it, with consent', GPT, { disks: [copied()], initData: ['h'] }, /not known for certain/],
    [
      'its recorded place is no partition any more, and another one has its label',
      GPT,
      { disks: [movedByHand()], recorded: [recordOf(home)] },
      /the place at sector \d+ could be it, .*; but \/dev\/vda9 is the only xfs labelled '\/home'/,
    ],
    [
      'two that overlap in a damaged table',
      'disk0: (a 6G ext4 /) (h 1G xfs /home data) (i 1G xfs /srv data)',
      { disks: [overlapping()] },
      /h and i would be partition 1 and partition 2, which overlap/,
    ],
    [
      'its letter is given to another, which would have its UUIDs',
      'disk0: (i rest xfs /home data) (h 6G ext4 /)',
      { disks: [facts] },
      /would be that of the xfs of disk0-h and of the ext4 of disk0-h.*|UUID .* would be that of/,
    ],
    [
      'a logical one so near to the beginning that its record has no place',
      'disk0: (h 1G xfs /home data) disk1: (a 6G ext4 /)',
      {
        disks: [logicalAt(126), disk({ path: '/dev/vdb', serial: 'BOOT' })],
        bindings: { disk0: 'path:/dev/vda', disk1: 'serial:BOOT' },
      },
      /h is logical and begins within the first 1.00 MiB/,
    ],
    [
      'a logical one whose record lies where GRUB must',
      'disk0: (h 1G xfs /home data) (a 6G ext4 /)',
      { disks: [logicalAt(2048 + 126)] },
      /begins, or has its record, before 1 MiB/,
    ],
    [
      'consent for what is no data',
      GPT,
      { disks: [facts], initData: ['a'] },
      /a is not a data partition of this PARTITION/,
    ],
  ];
  for (const [what, text, given, message] of cases) {
    test(what, () => assert.match(refusal(text, given), message));
  }

  test('it lies on another disk: the binding is wrong', () => {
    const moved = { ...facts, path: '/dev/vdb', serial: 'DATA' };
    const given = { disks: [disk({ serial: 'NEW' }), moved], bindings: { disk0: 'serial:NEW' } };
    for (const initData of [[], ['h']]) {
      assert.match(
        refusal(GPT, { ...given, initData }),
        /lies on another disk: .*serial DATA.*\n.*\n.*\n.*DISK_disk0=serial:DATA/,
      );
    }
  });
});

suite('data is made for the first time', () => {
  test('with consent, and only once', () => {
    const layout = plan(GPT, { initData: ['h'] });
    assert.equal(letter(layout, 'h').verdict, 'CREATE');
    assert.equal(letter(layout, 'h').content?.data, true);
    const again = plan(GPT, { disks: [installed(GPT)], initData: ['disk0h'] });
    assert.equal(letter(again, 'h').verdict, 'KEEP');
    assert.match(again.notes.join(), /disk0h exists already and is kept/);
  });

  test('not over a file system that is there, nor on a disk that is one', () => {
    const old = { ...existing(3, 20 * 2048 * 1024, 10 * GiB), fsType: 'ntfs', fsLabel: 'Windows' };
    const used = disk({ table: { kind: 'gpt' }, partitions: [old] });
    assert.match(
      refusal(GPT, { disks: [used], initData: ['h'] }),
      /may only be made in free space; partition 3 lies there: ntfs/,
    );
    assert.match(refusal(GPT, { disks: [disk({ fsType: 'ext4' })], initData: ['h'] }), /the whole disk .* holds ext4/);
  });

  test('not while a file system is deleted that another made: it may be the data, under another label', () => {
    const old = { ...existing(3, 50 * 2048 * 1024, 10 * GiB), fsType: 'xfs', fsLabel: 'homes', fsUuid: 'abc' };
    const used = disk({ table: { kind: 'gpt' }, partitions: [old] });
    const text = 'disk0: (a 6G ext4 /) (h 10G xfs /home data)';
    assert.match(
      refusal(text, { disks: [used], initData: ['h'] }),
      /partition 3 would be deleted beside it, and this machine did not make it: xfs, labelled 'homes'[^]*label it \/home/,
    );
    // The machine's own root goes without a word, as in every installation.
    const own = installed('disk0: (a 6G ext4 /) (b 1G swap)');
    assert.equal(letter(plan(text.replace('6G', '8G'), { disks: [own], initData: ['h'] }), 'h').verdict, 'CREATE');
  });

  test('not over a partition that nobody can read, unless somebody knows that it is empty', () => {
    const unknown = existing(3, 20 * 2048 * 1024, 10 * GiB);
    const cases: [Partial<ExistingPartition>, RegExp][] = [
      [{}, /partition 3 lies there: no known file system, type 83/],
      [{ blank: true }, /partition 3 lies there: no known file system/],
      [{ tableType: 'dos' }, /partition 3 lies there: content that cannot be read \(dos\)/],
    ];
    for (const [more, message] of cases) {
      const used = disk({ serial: 'OLD', table: { kind: 'gpt' }, partitions: [{ ...unknown, ...more }] });
      assert.match(refusal(GPT, { disks: [used], initData: ['h'] }), message);
      const layout = plan(GPT, { disks: [used], initData: ['h'], knownEmpty: ['OLD'] });
      assert.match(layout.notes.join(), /serial OLD .* counts as free space/);
      assert.match(refusal(GPT, { disks: [used], initData: ['h'], knownEmpty: ['NEW'] }), /number NEW/);
    }
    const known = disk({ serial: 'OLD', table: { kind: 'gpt' }, partitions: [{ ...unknown, fsType: 'xfs' }] });
    assert.match(refusal(GPT, { disks: [known], initData: ['h'], knownEmpty: ['OLD'] }), /lies there: xfs/);
  });

  test("not where the machine's own partition holds what somebody else made, or what nobody can read", () => {
    const own = installed('disk0: (a 6G ext4 /) (b 1G swap) (g 1G xfs /data)');
    const others = (number: number, more: Partial<ExistingPartition>): DiskFacts => ({
      ...own,
      partitions: own.partitions.map((each) => {
        const { fsType: _type, fsUuid: _uuid, fsLabel: _label, ...frame } = each;
        return each.number === number ? { ...frame, ...more } : each;
      }),
    });
    const text = 'disk0: (a 8G ext4 /) (h 1G xfs /home data)';
    const given = (disks: DiskFacts) => ({ disks: [disks], initData: ['h'] });
    assert.equal(letter(plan(text, given(own)), 'h').verdict, 'CREATE');
    assert.equal(
      letter(plan(text, given(others(7, {}))), 'h').verdict,
      'CREATE',
      'left by an attempt that was cut off',
    );
    assert.match(refusal(text, given(others(7, { fsType: 'ntfs' }))), /vda7 would be deleted beside it.*ntfs/);
    const over = text.replace('8G', '5G');
    assert.match(refusal(over, given(others(1, { blank: false }))), /vda1 lies there: no known file system/);
    assert.equal(letter(plan(over, given(others(1, { blank: true }))), 'h').verdict, 'CREATE');
  });

  test('consent names one data partition', () => {
    const disks = [disk({ path: '/dev/sda', serial: 'A' }), disk({ path: '/dev/sdb', serial: 'B' })];
    const bindings = { disk0: 'serial:A', disk1: 'serial:B' };
    const text = 'disk0: (a 6G ext4 /) (h rest xfs /home data) disk1: (h rest xfs /srv data)';
    assert.match(refusal(text, { disks, bindings, initData: ['h'] }), /h could be disk0h and disk1h; say which/);
    plan(text, { disks, bindings, initData: ['disk0h', 'disk1h'] });
  });

  test('an attempt that was cut off before the file system was made is taken up again', () => {
    const half = withoutFs(installed(GPT), 8);
    const layout = plan(GPT, { disks: [half], initData: ['h'] });
    assert.deepEqual(
      [letter(layout, 'h').verdict, ...place(letter(layout, 'h'))],
      ['FORMAT', ...place(numberOf(half, 8))],
    );
  });

  test('the same with a DOS table, whose partitions have no UUIDs; not with the table of somebody else', () => {
    const half = withoutFs(installed(DOS), 7);
    assert.equal(letter(plan(DOS, { disks: [half], initData: ['h'] }), 'h').verdict, 'FORMAT');
    const others: DiskFacts = { ...half, table: { kind: 'dos', uuid: '0x12345678' } };
    assert.match(refusal(DOS, { disks: [others], initData: ['h'] }), /vda7 lies there: no known file system/);
  });
});

function existing(number: number, startSector: number, sizeBytes: number): ExistingPartition {
  return { number, startSector, sizeSectors: sizeBytes / 512, type: '83', mountpoints: [], holders: [] };
}

function withoutFs(facts: DiskFacts, number: number): DiskFacts {
  return {
    ...facts,
    partitions: facts.partitions.map(({ fsType, fsUuid, fsLabel, ...each }) =>
      each.number === number
        ? each
        : {
            ...each,
            ...(fsType === undefined ? {} : { fsType }),
            ...(fsUuid === undefined ? {} : { fsUuid }),
            ...(fsLabel === undefined ? {} : { fsLabel }),
          },
    ),
  };
}

function recordOf({ startSector, sizeSectors, fsUuid = '' }: ExistingPartition): RecordedExtent {
  const found = { fsType: 'xfs', fsUuid };
  return { name: 'disk0/h', diskPath: '/dev/vda', startSector, sizeSectors, fsUuid, found };
}

/** The installed disk, made larger, and behind its data partition a copy of it, as dd makes it. */
function copied(): DiskFacts {
  const facts = installed(GPT);
  const home = numberOf(facts, 8);
  const copy = { ...home, number: 9, path: '/dev/vda9', startSector: home.startSector + home.sizeSectors, uuid: 'c0' };
  return { ...facts, sizeBytes: 2 * facts.sizeBytes, partitions: [...facts.partitions, copy] };
}

/** The same, but the files are copied to a new file system, and the old partition is only taken out of the table. */
function movedByHand(): DiskFacts {
  const facts = copied();
  const partitions = facts.partitions.filter(({ number }) => number !== 8);
  return { ...facts, partitions: partitions.map((each) => (each.number === 9 ? { ...each, fsUuid: 'new' } : each)) };
}

function overlapping(): DiskFacts {
  const one = { ...existing(1, 2048, GiB), fsType: 'xfs', fsLabel: '/home', fsUuid: 'a' };
  const two = { ...existing(2, 4096, GiB), fsType: 'xfs', fsLabel: '/srv', fsUuid: 'b' };
  return disk({ table: { kind: 'gpt' }, partitions: [one, two] });
}

function logicalAt(startSector: number): DiskFacts {
  const home = { ...existing(5, startSector, GiB), fsType: 'xfs', fsLabel: '/home', fsUuid: 'a' };
  const frame = { ...existing(1, startSector - 63, 2 * GiB), type: '5' };
  return disk({ table: { kind: 'dos' }, partitions: [frame, home] });
}

function twice(): DiskFacts {
  const one = { ...existing(1, 2048, GiB), fsType: 'xfs', fsLabel: '/home', fsUuid: 'a' };
  const two = { ...existing(2, 2048 + GiB / 512, GiB), fsType: 'xfs', fsLabel: '/home', fsUuid: 'b' };
  return disk({ table: { kind: 'gpt' }, partitions: [one, two] });
}

/** No partition overlaps another but the extended one, which holds every logical partition and no primary one. */
function checkNothingOverlaps(layout: Layout): void {
  for (const { partitions, table } of layout.disks) {
    const frame = partitions.find(({ role }) => role === 'extended');
    let free = table.firstSector;
    for (const partition of partitions.filter((each) => each !== frame)) {
      assert.ok(partition.startSector >= free, `${partition.name} overlaps what lies before it`);
      free = partition.startSector + partition.sizeSectors;
      if (frame === undefined || partition.number < 5) continue;
      assert.ok(partition.startSector > frame.startSector && free <= frame.startSector + frame.sizeSectors);
    }
    assert.ok(free - 1 <= table.lastSector);
    if (frame === undefined) continue;
    const end = frame.startSector + frame.sizeSectors;
    const inside = partitions.filter((each) => each.startSector >= frame.startSector && each.startSector < end);
    assert.ok(inside.every((each) => each === frame || each.number >= 5));
  }
}

const filesystem = fc.constantFrom('ext4', 'xfs', 'btrfs', 'ext2');
const size = fc.oneof(
  fc.integer({ min: 300, max: 9000 }).map((size) => `${size}M`),
  fc.integer({ min: 1, max: 20 }).map((size) => `${size}%`),
  fc.integer({ min: 300, max: 9000 }).map((size) => `${size}M-${size + 4000}M`),
  fc.constant('rest'),
);
const request = fc.record({ size, filesystem, data: fc.boolean() });
const layoutText = fc
  .record({
    table: fc.constantFrom('', 'dos'),
    requests: fc.array(request, { minLength: 1, maxLength: 6 }),
    letters: fc.shuffledSubarray('abcdefghij'.split(''), { minLength: 7 }),
  })
  .map(({ table, requests, letters }) => {
    let rest = false;
    const parts = requests.map((each, index) => {
      const sized = each.size === 'rest' && rest ? '400M' : each.size;
      rest ||= sized === 'rest';
      return `(${letters[index]} ${sized} ${each.filesystem} /m${letters[index]}${each.data ? ' data' : ''})`;
    });
    return { table, parts, text: `disk0: ${table} ${parts.join(' ')} (${letters[6]} 1G ext4 /)` };
  });

test('any spec over any earlier installation: data stays to the sector, nothing overlaps, or it is refused', () => {
  let kept = 0;
  fc.assert(
    fc.property(layoutText, layoutText, fc.nat(), ({ text: before }, after, pick) => {
      const old = tryInstall(before);
      if (old === undefined) return;
      const oldData = parsePartitionSpec(before).disks[0]?.partitions.filter(({ data }) => data) ?? [];
      // Some of the old data partitions, with the words they had, somewhere among new ones.
      const words = oldData.map(({ column }) => before.slice(column - 1, before.indexOf(')', column) + 1));
      const chosen = words.filter((_, index) => (pick >> index) % 2 === 0);
      const used = new Set(chosen.map((word) => word[1]));
      const others = after.parts.filter((word) => !used.has(word[1]) && !word.includes('data'));
      const root = 'klmno'.split('').find((each) => !used.has(each));
      const text = `disk0: ${[...others, ...chosen].toSorted(() => (pick % 3) - 1).join(' ')} (${root} 1G ext4 /)`;
      let layout: Layout;
      try {
        layout = plan(text, { disks: [old] });
      } catch (error) {
        assert.ok(error instanceof FaultsError, String(error));
        return;
      }
      assert.deepEqual(plan(text, { disks: [old] }), layout);
      checkNothingOverlaps(layout);
      for (const word of chosen) {
        const now = letter(layout, word[1] ?? '');
        const then: ExistingPartition | undefined = old.partitions.find(({ fsUuid }) => fsUuid === now.content?.uuid);
        assert.ok(then !== undefined && now.verdict === 'KEEP');
        assert.deepEqual(place(now), place(then));
        kept += 1;
      }
    }),
    { numRuns: 1500 },
  );
  assert.ok(kept > 150, `only ${kept} data partitions were kept`);
});

function tryInstall(text: string): DiskFacts | undefined {
  try {
    return installed(text, disk({ sizeBytes: 64 * GiB + 17 * MiB }));
  } catch (error) {
    assert.ok(error instanceof FaultsError, String(error));
    return undefined;
  }
}

test('the entry of a partition that is kept stays as it is: attributes, name or none, active mark', () => {
  const facts = installed(GPT);
  const change = (given: Partial<ExistingPartition>): DiskFacts => ({
    ...facts,
    partitions: facts.partitions.map((each) => {
      const { label: _, ...rest } = each;
      return each.number === 8 ? { ...rest, ...given } : each;
    }),
  });
  const attrs = 'RequiredPartition NoBlockIOProtocol GUID:60,63';
  const cases: [given: Partial<ExistingPartition>, line: RegExp][] = [
    [{ attrs, label: 'my data' }, /, name="my data", attrs="RequiredPartition NoBlockIOProtocol GUID:60,63"$/m],
    [{ attrs }, /^8: .*, name="", attrs=/m],
    [{}, /^8: .*, name=""$/m],
  ];
  for (const [given, line] of cases) {
    const again = plan(GPT, { disks: [change(given)] });
    const sfdisk = renderLinux(again).operations.find(({ argv }) => argv[0] === 'sfdisk');
    assert.match(sfdisk?.stdin ?? '', line);
    const [disk0 = assert.fail()] = again.disks;
    const kept = writtenDisk(change(given), disk0).partitions.find(({ number }) => number === 8);
    const { number, path, mountpoints, holders, ...entry } = numberOf(change(given), 8);
    assert.deepEqual({ ...kept, number, path, mountpoints, holders }, { ...entry, number, path, mountpoints, holders });
  }
});

test('the active mark of a partition that is kept stays, unless the disk boots from another', () => {
  const facts = { ...installed(DOS), path: '/dev/vdb', serial: 'B' };
  const active = { ...facts, partitions: facts.partitions.map((each) => ({ ...each, bootable: each.number === 7 })) };
  const isActive = active.partitions.map(({ bootable, ...each }) =>
    bootable ? { ...each, bootable: true as const } : each,
  );
  const disks = [disk({ serial: 'A' }), { ...facts, partitions: isActive }];
  const bindings = { boot: 'serial:A', disk0: 'serial:B' };
  const marksOf = (text: string): string[] =>
    plan(text, { disks, bindings }).disks.flatMap(({ name, partitions }) =>
      partitions.filter(({ bootable }) => bootable === true).map(({ letter }) => name + letter),
    );
  assert.deepEqual(marksOf('boot: dos (a rest ext4 /) disk0: (h rest xfs /home data)'), ['boota', 'disk0h']);
  assert.deepEqual(marksOf('boot: dos (a rest ext4 /srv) disk0: (a 1G ext4 /) (h rest xfs /home data)'), ['disk0a']);
});
