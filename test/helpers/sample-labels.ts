// Disks that carry each kind of label, made by our writers by hand and from planned layouts, with what an independent
// reader must find on them.
// In: nothing. Out: bytes and expectations. Never: reads a label back itself.
import assert from 'node:assert/strict';
import { open, truncate, writeFile } from 'node:fs/promises';
import {
  bsdFsTypes,
  freebsdLabel,
  netbsdLabel,
  openbsdLabel,
  renderBsdLabel,
} from '../../partition-specs/labels/bsd-label.ts';
import type { BsdFlavour } from '../../partition-specs/labels/bsd-label.ts';
import type { ByteRange } from '../../partition-specs/labels/byte-range.ts';
import { renderDosLabel } from '../../partition-specs/labels/dos-label.ts';
import { renderSunLabel, sunFlags, sunTags } from '../../partition-specs/labels/sun-label.ts';
import { osFamilies } from '../../partition-specs/os-families/all.ts';
import { planLayout } from '../../partition-specs/plan-layout.ts';
import { parsePartitionSpec } from '../../partition-specs/spec.ts';
import { disk, machine } from '../../partition-specs/testing/disk.ts';

/** A partition as a reader shows it, in sectors of the disk. */
type Seen = {
  readonly number: number;
  readonly startSector: number;
  readonly sizeSectors: number;
  readonly type: number;
};

export type SampleDisk = {
  readonly name: string;
  readonly sectorBytes: number;
  readonly sizeBytes: number;
  readonly ranges: readonly ByteRange[];
  /** Entries of the outer label, extended partitions and whole-disk slices included. */
  readonly table: readonly Seen[];
  /** Entries of a disklabel inside, with starts from the start of the disk; numbers are a = 1, b = 2… */
  readonly inner: readonly Seen[];
  /** Of those inside, the ones that are whole by tradition. */
  readonly innerWhole: readonly Seen[];
};

/** Types of DOS partitions, as numbers. */
const dosTypes = {
  fat12: 0x01,
  fat16: 0x06,
  fat32Lba: 0x0c,
  extendedLba: 0x0f,
  linuxSwap: 0x82,
  linux: 0x83,
  freebsd: 0xa5,
  openbsd: 0xa6,
  netbsd: 0xa9,
} as const;

const MiB = 1024 ** 2;

const NOTHING_INSIDE = { inner: [], innerWhole: [] };

/** A sparse file with the label on it. */
export async function writeSampleDisk(path: string, { sizeBytes, ranges }: SampleDisk): Promise<void> {
  await writeFile(path, '');
  await truncate(path, sizeBytes);
  await using file = await open(path, 'r+');
  for (const { offsetBytes, bytes } of ranges) await file.write(bytes, 0, bytes.length, offsetBytes);
}

export const sampleDisks: readonly SampleDisk[] = [
  sunDisk(),
  dosDisk(512),
  dosDisk(4096),
  bsdDisk({ name: 'freebsd', flavour: freebsdLabel, type: dosTypes.freebsd, letters: 'abefh' }),
  bsdDisk({ name: 'netbsd', flavour: netbsdLabel, type: dosTypes.netbsd, letters: 'abehp' }),
  bsdDisk({ name: 'openbsd', flavour: openbsdLabel, type: dosTypes.openbsd, letters: 'abdjp' }),
  planned('solaris', 'c0t3d0: (a 80 ufs /) (b 50 swap /tmp) (h 20% ufs /home) (d rest ufs /var)'),
  planned('sunos', 'sd0: (a 30 ufs /) (b 50 swap) (g 100 ufs /usr)'),
  planned('freebsd', 'ada0: (a 500M ufs /) (b 200M swap /tmp) (e 100M msdos /dos) (f rest ufs /home)'),
  planned('netbsd', 'wd0: (a 500M ffs /) (b 200M swap) (e 100M msdos /dos) (p rest ffs /home)'),
  planned('openbsd', 'sd0: (a 500M ffs /) (b 200M swap /tmp) (d 100M msdos /dos) (p rest ffs /home)'),
  planned('dos', 'hda: (a 100M msdos /) (b 600M msdos) (d 10M msdos) (e 3M msdos) (f rest msdos)'),
  planned('dos', 'hda: (a 100M msdos /) (c 600M msdos) (d 14M msdos) (e rest msdos)', 4096),
];

/** The label of a planned layout; what a reader must see is what the layout says. */
function planned(name: string, text: string, sectorBytes = 512): SampleDisk {
  const family = osFamilies.get(name) ?? assert.fail(`no family ${name}`);
  const sizeBytes = 2200 * MiB;
  const layout = planLayout({
    spec: parsePartitionSpec(text),
    facts: machine(disk({ sizeBytes, logicalSectorBytes: sectorBytes, physicalSectorBytes: sectorBytes })),
    bindings: {},
    machineId: '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41',
    family: name,
  });
  const [planDisk = assert.fail('no disk')] = layout.disks;
  const { table, partitions } = planDisk;
  const all = partitions.map(({ number, startSector, sizeSectors, type, role }) => {
    // Readers number slices from 1.
    const seen = { number: table.kind === 'sun' ? number + 1 : number, startSector, sizeSectors };
    return { ...seen, type: Number.parseInt(type, 16), whole: role === 'whole' };
  });
  const entries = (given: readonly (typeof all)[number][]) =>
    inOrder(given.map(({ number, startSector, sizeSectors, type }) => ({ number, startSector, sizeSectors, type })));
  const common = {
    name: `planned-${name}-${sectorBytes}`,
    sectorBytes,
    sizeBytes,
    ranges: family.renderLabel?.(planDisk, layout) ?? assert.fail('no label'),
  };
  if (table.kind !== 'bsd') return { ...common, table: entries(all), ...NOTHING_INSIDE };
  const { startSector, sizeSectors, type } = table.slice;
  return {
    ...common,
    table: [{ number: 1, startSector, sizeSectors, type: Number.parseInt(type, 16) }],
    inner: partitions
      .filter(({ role }) => role !== 'whole')
      .map(({ number, ...rest }) => {
        return { number, startSector: rest.startSector, sizeSectors: rest.sizeSectors, type: Number(rest.type) };
      }),
    innerWhole: entries(all.filter(({ whole }) => whole)),
  };
}

function sunDisk(): SampleDisk {
  const geometry = { heads: 16, sectors: 63, cylinders: 1000, alternates: 2 };
  const cylinder = 16 * 63;
  const slice = (number: number, cylinders: readonly [from: number, count: number], tag: number, flags = 0) => {
    return { number, startSector: cylinders[0] * cylinder, sizeSectors: cylinders[1] * cylinder, tag, flags };
  };
  const slices = [
    slice(0, [0, 101], sunTags.root),
    slice(1, [101, 50], sunTags.swap, sunFlags.unmountable),
    slice(7, [160, 300], sunTags.home),
    slice(4, [460, 539], sunTags.var, sunFlags.readOnly),
  ];
  const whole = { number: 2, startSector: 0, sizeSectors: 1000 * cylinder, tag: sunTags.backup };
  const table = [...slices, whole].map(({ number, tag, ...extent }) => ({ ...extent, number: number + 1, type: tag }));
  const ranges = renderSunLabel({ geometry, slices, name: 'SUN0535', volume: 'disk0' });
  return {
    name: 'sun',
    sectorBytes: 512,
    sizeBytes: 1002 * cylinder * 512,
    ranges,
    table: inOrder(table),
    ...NOTHING_INSIDE,
  };
}

function dosDisk(sectorBytes: number): SampleDisk {
  const at = (mebibytes: number) => (mebibytes * MiB) / sectorBytes;
  const part = (number: number, [from, size]: readonly [from: number, size: number], type: number) => {
    return { number, startSector: at(from), sizeSectors: at(size), type };
  };
  const primaries = [
    { ...part(1, [1, 40], dosTypes.fat16), active: true },
    part(3, [41, 60], dosTypes.linux),
    part(4, [101, 400], dosTypes.extendedLba),
  ];
  // The second one begins right behind its record, off every MiB.
  const second = { ...part(6, [170, 30], dosTypes.linuxSwap), startSector: at(170) + 7, recordSector: at(170) + 6 };
  const logicals = [
    { ...part(5, [102, 60], dosTypes.linux), recordSector: at(101) },
    second,
    { ...part(7, [301, 200], dosTypes.fat32Lba), recordSector: at(300) },
  ];
  const ranges = renderDosLabel({ sectorBytes, diskId: 0xfeed_0001, primaries, logicals });
  const table = [...primaries, ...logicals].map(({ number, startSector, sizeSectors, type }) => {
    return { number, startSector, sizeSectors, type };
  });
  return {
    name: `dos-${sectorBytes}`,
    sectorBytes,
    sizeBytes: 512 * MiB,
    ranges,
    table: inOrder(table),
    ...NOTHING_INSIDE,
  };
}

/** DOS partition, the system's slice, DOS partition; in the slice five partitions of different types. */
function bsdDisk(given: { name: string; flavour: BsdFlavour; type: number; letters: string }): SampleDisk {
  const at = (mebibytes: number) => (mebibytes * MiB) / 512;
  const slice = { startSector: at(50), sizeSectors: at(300) };
  const primaries = [
    { number: 1, startSector: at(1), sizeSectors: at(49), type: dosTypes.fat16 },
    { number: 2, ...slice, type: given.type, active: true },
    { number: 3, startSector: at(350), sizeSectors: at(10), type: dosTypes.fat12 },
  ];
  const whereIn = { diskSectors: at(400), heads: 255, sectors: 63, slice };
  const extents = [
    { startSector: at(50), sizeSectors: at(100), fsType: bsdFsTypes.ffs },
    { startSector: at(150), sizeSectors: at(20), fsType: bsdFsTypes.swap },
    { startSector: at(171) + 5, sizeSectors: at(7), fsType: bsdFsTypes.ffs },
    { startSector: at(190), sizeSectors: at(60), fsType: bsdFsTypes.msdos },
    { startSector: at(250), sizeSectors: at(100), fsType: bsdFsTypes.ffs },
  ];
  const partitions = extents.map((extent, index) => ({ letter: given.letters[index] ?? '', ...extent }));
  const ranges = [
    ...renderDosLabel({ sectorBytes: 512, diskId: 0xfeed_0002, primaries, logicals: [] }),
    ...renderBsdLabel({ flavour: given.flavour, disk: whereIn, partitions, name: given.name }),
  ];
  const inner = partitions.map(({ letter, startSector, sizeSectors, fsType }) => {
    return { number: letter.charCodeAt(0) - 96, startSector, sizeSectors, type: fsType };
  });
  const table = primaries.map(({ number, startSector, sizeSectors, type }) => {
    return { number, startSector, sizeSectors, type };
  });
  const whole = { slice, disk: { startSector: 0, sizeSectors: whereIn.diskSectors } };
  const innerWhole = Object.entries(given.flavour.reserved).map(([letter, what]) => {
    return { number: letter.charCodeAt(0) - 96, ...whole[what], type: bsdFsTypes.unused };
  });
  return { name: given.name, sectorBytes: 512, sizeBytes: 400 * MiB, ranges, table, inner, innerWhole };
}

function inOrder(table: readonly Seen[]): Seen[] {
  return table.toSorted((left, right) => left.number - right.number);
}
