// The menu of a loader that reads only FAT, as it lies in the system: beside the kernels, and in the system's own paths.
// The EFI system partitions get what it says. In: kernels; or the text, which a person may have changed. Out: the text;
// or entries. Pure.
import { FaultsError } from '../../../lib/errors.ts';
import type { Fault } from '../../../lib/errors.ts';
import type { RenderedFile } from '../../render/rendered-file.ts';
import type { MenuInput } from '../menu-input.ts';
import { sealMenu } from '../own-menu.ts';

/** Paths are absolute in the system. */
export type MenuEntry = {
  readonly title: string;
  readonly version?: string;
  readonly linux: string;
  readonly initrd: string;
  /** The kernel's command line. */
  readonly options: string;
};

const KEYS = ['title', 'version', 'linux', 'initrd', 'options'] as const;
const NEEDED = ['title', 'linux', 'initrd', 'options'] as const;
type Key = (typeof KEYS)[number];

const PATH = /^(?:\/[\w.+~-]*[\w+~-])+$/;

/** `title debian 12 (Linux 6.1)`, `linux /boot/vmlinuz-6.1` and so on; a blank line between two entries. */
export function renderEntryMenu({ kernels, title, rootArguments, consoles, paths }: MenuInput): RenderedFile {
  const options = [...rootArguments, 'ro', ...consoles.map((name) => `console=${name}`)].join(' ');
  const blocks = kernels.map(({ release, kernel, initramfs }) => [
    `title ${printable(release === undefined ? title : `${title} (Linux ${release})`)}`,
    ...(release === undefined ? [] : [`version ${release}`]),
    `linux /${kernel}`,
    `initrd /${initramfs}`,
    `options ${options}`,
  ]);
  const head = [
    '# systemd-boot starts the first entry. Each run carries the entries and their files to every EFI system partition.',
    '# A change made here stays: no run writes this file again then.',
  ];
  const content = [head, ...blocks].map((lines) => `${lines.join('\n')}\n`).join('\n');
  return { path: paths.systemdBoot.menu, mode: 0o600, content: sealMenu(content) };
}

/** @throws FaultsError with every fault and its line */
export function parseEntryMenu(text: string, path: string): MenuEntry[] {
  const faults: Fault[] = [];
  const found = readBlocks(text, (line, message) =>
    faults.push({ severity: 'error', where: `${path}:${line}`, message }),
  );
  if (found.length === 0) faults.push({ severity: 'error', where: path, message: 'it has no entry' });
  const names = found.map(({ values }) => entryName({ version: values.get('version') }));
  for (const [index, { line, values }] of found.entries()) {
    const where = `${path}:${line}`;
    for (const key of NEEDED) {
      if (!values.has(key)) faults.push({ severity: 'error', where, message: `the entry has no ${key}` });
    }
    if (names.indexOf(names[index] ?? '') < index) {
      faults.push({ severity: 'error', where, message: 'another entry has the same version' });
    }
  }
  if (faults.length > 0) throw new FaultsError(`reading the boot menu ${path}`, faults);
  return found.map(({ values }) => entryOf(values));
}

type Block = { readonly line: number; readonly values: Map<Key, string> };

function readBlocks(text: string, fault: (line: number, message: string) => void): Block[] {
  const blocks: Block[] = [];
  let isOpen = false;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line.startsWith('#')) continue;
    if (line === '') isOpen = false;
    else {
      if (!isOpen) blocks.push({ line: index + 1, values: new Map() });
      isOpen = true;
      const [, word = '', value = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
      const key = KEYS.find((each) => each === word);
      const values = blocks.at(-1)?.values;
      if (key === undefined) fault(index + 1, `expected one of ${KEYS.join(', ')}, and a value`);
      else if (values?.has(key) === true) fault(index + 1, `a second ${key} in one entry`);
      else if ((key === 'linux' || key === 'initrd') && !PATH.test(value)) {
        fault(index + 1, `${key}: expected an absolute path such as /boot/vmlinuz-6.1`);
      } else values?.set(key, value);
    }
  }
  return blocks;
}

function entryOf(values: ReadonlyMap<Key, string>): MenuEntry {
  const value = (key: Key): string => values.get(key) ?? '';
  const version = values.get('version');
  return {
    title: value('title'),
    ...(version === undefined ? {} : { version }),
    linux: value('linux'),
    initrd: value('initrd'),
    options: value('options'),
  };
}

/** `gutinteg-6.1.0-9-amd64`. systemd-boot takes `+3` at the end for a count of tries, and FAT ignores case. */
export function entryName({ version = 'linux' }: { readonly version?: string | undefined }): string {
  return `gutinteg-${version.toLowerCase().replaceAll(/[^\w.-]/g, '_')}`;
}

const printable = (title: string): string => title.replaceAll(/[^\w .()+~-]/g, '');
