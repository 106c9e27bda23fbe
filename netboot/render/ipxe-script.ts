// iPXE scripts. In: a decision's words and addresses. Out: text. Never: I/O. Everything that others wrote (host names,
// reasons) passes through `plain`, so that no name can become a command or a ${setting}.
import { routes } from '../../contract/routes.ts';
import type { InstallerScript, LocalDiskScript, StartScript } from './boot-script.ts';
import { kernelLine } from './kernel-line.ts';
import { FALLBACK_SECONDS, plain } from './plain-words.ts';

/** What a disk may start with under UEFI; iPXE does not look into the firmware's boot entries. */
const EFI_LOADERS = ['debian\\grubx64.efi', 'systemd\\systemd-bootx64.efi', 'Microsoft\\Boot\\bootmgfw.efi'];

/**
 * Boots the first hard disk. sanboot takes BIOS drive 0x80; where that fails, or an iPXE lacks the command, exit
 * gives the machine back to the firmware, which goes on with its boot order. Under UEFI it takes a loader of the disk, or
 * the removable one; only `exit 1` makes that firmware go on, and OVMF then asks the network again for minutes.
 */
const START_FROM_DISK = [
  'iseq ${platform} efi || goto bios_disk',
  ...EFI_LOADERS.map((loader) => `sanboot --no-describe --drive 0x80 --filename \\EFI\\${loader} ||`),
  'sanboot --no-describe --drive 0x80 ||',
  'echo gutinteg: no boot loader on the first disk; back to the firmware',
  'goto firmware',
  ':bios_disk',
  'sanboot --no-describe --drive 0x80 ||',
  'echo gutinteg: no bootable disk 0x80; back to the firmware',
  ':firmware',
];

/** The first script ends iPXE; a machine's script ends in the first one, which takes `exit 1` for no script at all. */
const LOCAL_BOOT = [...START_FROM_DISK, 'exit'];
const END = ['iseq ${platform} efi && exit 1 ||', 'exit'];

/** The first script: it chains to the machine's own one, and says what failed before it boots the local disk. */
export function renderStartScript(server: StartScript): string {
  const script = server.url + routes.ipxeScript('${netX/mac}');
  return lines([
    `echo gutinteg: asking ${server.url} what to do with \${netX/mac}`,
    // An address that DHCP gave to the firmware is not always taken over by iPXE.
    'isset ${netX/ip} || dhcp || goto no_address',
    `chain ${script} || goto no_script`,
    ...END,
    ':no_address',
    'echo gutinteg: no address by DHCP (see the line above)',
    'goto local',
    ':no_script',
    `echo gutinteg: no boot script from ${server.url} (see the line above): is gutinteg serve running there?`,
    ':local',
    `echo gutinteg: booting the local disk in ${FALLBACK_SECONDS} s`,
    `sleep ${FALLBACK_SECONDS} ||`,
    ...START_FROM_DISK,
    ...END,
  ]);
}

/** Says why, then boots the local disk. */
export function renderLocalDiskScript(message: LocalDiskScript): string {
  return lines([
    `echo gutinteg: ${plain(message.mac)}: ${plain(message.why)}`,
    'echo gutinteg: booting the local disk',
    ...LOCAL_BOOT,
  ]);
}

/** Loads kernel and ramdisk and hands them the server, the MAC and the attempt's token. */
export function renderInstallerScript(script: InstallerScript): string {
  return lines([
    `echo gutinteg: installing ${plain(script.name)}, attempt ${script.attempt} of ${script.attemptsAllowed}`,
    `kernel ${script.serverUrl}${routes.kernel(script.architecture)} initrd=ramdisk.img ${kernelLine(script)} || goto failed`,
    `initrd --name ramdisk.img ${script.serverUrl}${routes.ramdisk(script.architecture)} || goto failed`,
    'boot ||',
    ':failed',
    'echo gutinteg: the installer could not be loaded or started (see the line above)',
    `echo gutinteg: booting the local disk in ${FALLBACK_SECONDS} s`,
    `sleep ${FALLBACK_SECONDS} ||`,
    ...LOCAL_BOOT,
  ]);
}

const lines = (commands: readonly string[]): string => ['#!ipxe', ...commands, ''].join('\n');
