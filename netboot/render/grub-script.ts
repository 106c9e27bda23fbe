// GRUB scripts for UEFI. In: a decision's words and addresses. Out: text. Never: I/O. Everything that others wrote (host
// names, reasons) passes through `plain` and stands in single quotes, so that no name can become a command or a $variable.
import { routes } from '../../contract/routes.ts';
import type { InstallerScript, LocalDiskScript, StartScript } from './boot-script.ts';
import { kernelLine } from './kernel-line.ts';
import { FALLBACK_SECONDS, plain } from './plain-words.ts';

/** How long a machine that has nothing to start waits before it asks again. */
const ASK_AGAIN_SECONDS = 60;

/**
 * What a disk may start with, best first. GRUB cannot read the firmware's boot order. Each is a shim where there is one,
 * so that Secure Boot knows the keys of whoever made the system; one that it refuses is passed over.
 */
export const DISK_LOADERS = [
  'debian/shim${efi}.efi',
  'debian/grub${efi}.efi',
  'systemd/systemd-boot${efi}.efi',
  'Microsoft/Boot/bootmgfw.efi',
  '*/shim${efi}.efi',
  '*/shim.efi',
  'BOOT/BOOT${efi}.EFI',
  '*/grub${efi}.efi',
].map((path) => `(hd*,*)/EFI/${path}`);

/**
 * The loader is told that it comes from GRUB's root, so that has to be its own disk. After `exit` the firmware thinks that
 * it has been served, and shows its menu to nobody, for ever; so a machine without anything to start asks again.
 */
const START_FROM_DISK = [
  'set efi=x64',
  'if [ "$grub_cpu" = arm64 ]; then set efi=aa64; fi',
  `for loader in ${DISK_LOADERS.join(' ')}; do`,
  '  if test -e $loader; then',
  '    echo "gutinteg: starting $loader"',
  String.raw`    if regexp --set=1:disk '^\(([^)]*)\)' $loader; then set root=$disk; fi`,
  '    if chainloader $loader; then boot; fi',
  '    echo "gutinteg: $loader could not be started"',
  '  fi',
  'done',
  `echo 'gutinteg: no disk has a boot loader that can be started; asking again in ${ASK_AGAIN_SECONDS} s (Esc: firmware)'`,
  `if sleep --interruptible ${ASK_AGAIN_SECONDS}; then reboot; fi`,
  'exit',
];

const WAIT_FOR_READER = [
  `echo 'gutinteg: booting the local disk in ${FALLBACK_SECONDS} s'`,
  `sleep ${FALLBACK_SECONDS}`,
  ...START_FROM_DISK,
];

/** The first script: it runs the machine's own one, and says what failed before it boots the local disk. */
export function renderStartScript({ url }: StartScript): string {
  return lines([
    `echo "gutinteg: asking ${url} what to do with $net_default_mac"`,
    `source ${onServer(url)}${routes.grubScript('$net_default_mac')}`,
    `echo 'gutinteg: no boot script from ${url} (see the line above): is gutinteg serve running there?'`,
    ...WAIT_FOR_READER,
  ]);
}

/** Says why, then boots the local disk. */
export function renderLocalDiskScript(message: LocalDiskScript): string {
  return lines([
    `echo 'gutinteg: ${plain(message.mac)}: ${plain(message.why)}'`,
    "echo 'gutinteg: booting the local disk'",
    ...START_FROM_DISK,
  ]);
}

/** Loads kernel and ramdisk and hands them the server, the MAC and the attempt's token. */
export function renderInstallerScript(script: InstallerScript): string {
  const { architecture, attempt, attemptsAllowed } = script;
  const server = onServer(script.serverUrl);
  return lines([
    `echo 'gutinteg: installing ${plain(script.name)}, attempt ${attempt} of ${attemptsAllowed}'`,
    `linux ${server}${routes.kernel(architecture)} ${kernelLine(script)}`,
    `initrd ${server}${routes.ramdisk(architecture)}`,
    'boot',
    "echo 'gutinteg: the installer could not be loaded or started (see the line above)'",
    ...WAIT_FOR_READER,
  ]);
}

/** `http://10.77.0.1:8080` as a device of GRUB's: `(http,10.77.0.1:8080)`. */
const onServer = (url: string): string => `(http,${new URL(url).host})`;

const lines = (commands: readonly string[]): string => [...commands, ''].join('\n');
