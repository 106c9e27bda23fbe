// The menu of a stick or CD. In: what the medium is for. Out: GRUB's script, the same for BIOS and UEFI. Never: I/O; a
// default that erases a machine which this medium has already installed.
import { installedMarks, mediumParameters, mediumPaths } from '../../contract/medium.ts';
import type { Medium } from '../../contract/medium.ts';
import { DISK_LOADERS } from './grub-script.ts';

export type MediumMenu = {
  readonly medium: Pick<Medium, 'buildId' | 'serverUrl' | 'machines'>;
  /** Kernel consoles; the last one is /dev/console. */
  readonly consoles: readonly string[];
  /** A line for each machine that is installed without a server: what is erased. */
  readonly erases: readonly string[];
};

const MENU_SECONDS = 5;
/** Names in one line of the menu. */
const MAX_NAMED = 4;

/** GRUB's script. Names pass through `plain`, so that none can become a command. */
export function renderMediumMenu({ medium, consoles, erases }: MediumMenu): string {
  const { buildId, serverUrl, machines } = medium;
  const isOffline = machines.length > 0;
  const parameters = [
    `${mediumParameters.medium}=${buildId}`,
    ...(isOffline ? [mediumParameters.offline] : []),
    ...consoles.map((console) => `console=${console}`),
  ];
  const names = machines.map(({ lookup }) => lookup.name);
  const what = isOffline
    ? `Install ${listed(names)} from this medium: ERASES its disks, once`
    : `Ask ${serverUrl} what to do with this machine`;
  const again = isOffline
    ? [
        installEntry('again', `Install again: ${listed(names)}`, {
          parameters: [...parameters, mediumParameters.again],
          erases,
        }),
      ]
    : [];
  return [
    `# gutinteg, build ${buildId}`,
    ...serialLines(consoles),
    `search --no-floppy --file --set=medium /${mediumPaths.mark(buildId)}`,
    'set default=install',
    'set timeout_style=menu',
    `set timeout=${MENU_SECONDS}`,
    ...markLines(buildId, isOffline),
    [installEntry('install', what, { parameters, erases }), DISK_ENTRY, ...again].join('\n'),
    '',
  ].join('\n');
}

type Install = { readonly parameters: readonly string[]; readonly erases: readonly string[] };

function installEntry(id: string, title: string, { parameters, erases }: Install): string {
  return [
    `menuentry '${plain(title)}' --id ${id} {`,
    ...erases.map((line) => `  echo 'gutinteg: ${plain(line)}'`),
    "  echo 'gutinteg: loading the kernel and the ramdisk'",
    // A ramdisk that panics comes back to this menu by itself.
    `  linux ($medium)/${mediumPaths.kernel} ${parameters.join(' ')} panic=30 quiet`,
    `  initrd ($medium)/${mediumPaths.ramdisk}`,
    '}',
  ].join('\n');
}

/**
 * UEFI: the first loader of a disk that can be started, else the next entry of the firmware. BIOS: the first disk with
 * boot code. The stick itself is passed over. A loader is told that it comes from GRUB's root, so that has to be its disk.
 */
const DISK_ENTRY = [
  "menuentry 'Start from a disk of this machine' --id disk {",
  '  set own=none',
  String.raw`  regexp --set=1:own '^([a-z]+[0-9]+)' "$medium"`,
  '  if [ "$grub_platform" = efi ]; then',
  '    set efi=x64',
  `    for loader in ${DISK_LOADERS.join(' ')}; do`,
  '      if test -e $loader; then',
  String.raw`        regexp --set=1:place --set=2:disk '^\((([a-z]+[0-9]+)[^)]*)\)' $loader`,
  '        if [ "$disk" != "$own" ]; then',
  '          echo "gutinteg: starting $loader"',
  '          set root=$place',
  '          if chainloader $loader; then boot; fi',
  '        fi',
  '      fi',
  '    done',
  "    echo 'gutinteg: no disk has a loader that can be started; back to the firmware'",
  '    sleep 5',
  '    exit 1',
  '  fi',
  '  for disk in hd0 hd1 hd2 hd3 hd4 hd5 hd6 hd7; do',
  '    if [ "$disk" != "$own" ]; then',
  '      set root=$disk',
  '      if chainloader +1; then boot; fi',
  '    fi',
  '  done',
  "  echo 'gutinteg: no disk has boot code'",
  '  sleep 10',
  '}',
].join('\n');

/** A BIOS's GRUB shows nothing on a serial line unless told; UEFI's shows what the firmware does. */
function serialLines(consoles: readonly string[]): string[] {
  const line = consoles.map((console) => /^ttyS([0-3])(?:,([0-9]+))?/.exec(console)).find((match) => match !== null);
  if (line === undefined || line === null) return [];
  const [, unit = '0', speed = '9600'] = line;
  return [
    'if [ "$grub_platform" = pc ]; then',
    `  if serial --unit=${unit} --speed=${speed}; then`,
    '    terminal_input --append serial',
    '    terminal_output --append serial',
    '  fi',
    'fi',
  ];
}

/**
 * A machine that this build has installed starts from its disk while the medium stays in. Online, a UEFI need not: it
 * starts the disk first by itself, so that whoever chooses the medium means it.
 */
function markLines(buildId: string, isOffline: boolean): string[] {
  const found = installedMarks(buildId).map(
    (mark) => `if search --no-floppy --file --set=installed ${mark}; then set default=disk; fi`,
  );
  return isOffline ? found : ['if [ "$grub_platform" = pc ]; then', ...found.map((line) => `  ${line}`), 'fi'];
}

function listed(names: readonly string[]): string {
  const more = names.length - MAX_NAMED;
  return names.slice(0, MAX_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Inside single quotes of a script, GRUB reads everything but a quote as text. */
function plain(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9 ._:;,/()+=@%-]/g, '?');
}
