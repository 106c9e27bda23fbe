// iPXE scripts. In: a decision's words and addresses. Out: text. Never: I/O. Everything that others wrote (host names,
// reasons) passes through `plain`, so that no name can become a command or a ${setting}.
import { kernelParameters, routes } from '../../contract/routes.ts';

const FALLBACK_SECONDS = 10;

/**
 * Boots the first hard disk. sanboot takes BIOS drive 0x80; where that fails, or an iPXE lacks the command, exit
 * gives the machine back to the firmware, which goes on with its boot order.
 */
const LOCAL_BOOT = [
  'sanboot --no-describe --drive 0x80 ||',
  'echo gutinteg: no bootable disk 0x80; back to the firmware',
  'exit',
];

/** The first script: it chains to the machine's own one, and says what failed before it boots the local disk. */
export function renderStartScript(server: { readonly url: string }): string {
  const script = server.url + routes.ipxeScript('${netX/mac}');
  return lines([
    `echo gutinteg: asking ${server.url} what to do with \${netX/mac}`,
    // An address that DHCP gave to the firmware is not always taken over by iPXE.
    'isset ${netX/ip} || dhcp || goto no_address',
    `chain ${script} || goto no_script`,
    'exit',
    ':no_address',
    'echo gutinteg: no address by DHCP (see the line above)',
    'goto local',
    ':no_script',
    `echo gutinteg: no boot script from ${server.url} (see the line above): is gutinteg serve running there?`,
    ':local',
    `echo gutinteg: booting the local disk in ${FALLBACK_SECONDS} s`,
    `sleep ${FALLBACK_SECONDS} ||`,
    ...LOCAL_BOOT,
  ]);
}

/** Says why, then boots the local disk. */
export function renderLocalDiskScript(message: { readonly mac: string; readonly why: string }): string {
  return lines([
    `echo gutinteg: ${plain(message.mac)}: ${plain(message.why)}`,
    'echo gutinteg: booting the local disk',
    ...LOCAL_BOOT,
  ]);
}

export type InstallerScript = {
  readonly name: string;
  readonly mac: string;
  readonly token: string;
  readonly serverUrl: string;
  /** Debian's name of the machine's architecture. */
  readonly architecture: string;
  /** Kernel consoles; the last one is /dev/console. */
  readonly consoles: readonly string[];
  readonly attempt: number;
  readonly attemptsAllowed: number;
};

/** Loads kernel and ramdisk and hands them the server, the MAC and the attempt's token. */
export function renderInstallerScript(script: InstallerScript): string {
  const parameters = [
    'initrd=ramdisk.img',
    `${kernelParameters.server}=${script.serverUrl}`,
    `${kernelParameters.mac}=${script.mac}`,
    `${kernelParameters.token}=${script.token}`,
    ...script.consoles.map((console) => `console=${console}`),
    // A ramdisk that panics must come back for its next attempt by itself.
    'panic=30',
    // Kernel messages on a serial line cost a second; errors and the installer's own lines still show.
    'quiet',
  ];
  return lines([
    `echo gutinteg: installing ${plain(script.name)}, attempt ${script.attempt} of ${script.attemptsAllowed}`,
    `kernel ${script.serverUrl}${routes.kernel(script.architecture)} ${parameters.join(' ')} || goto failed`,
    `initrd --name ramdisk.img ${script.serverUrl}${routes.ramdisk(script.architecture)} || goto failed`,
    'boot ||',
    ':failed',
    'echo gutinteg: the installer could not be loaded or started (see the line above)',
    `echo gutinteg: booting the local disk in ${FALLBACK_SECONDS} s`,
    `sleep ${FALLBACK_SECONDS} ||`,
    ...LOCAL_BOOT,
  ]);
}

/** Letters, digits and harmless marks stay; anything that iPXE could read as more than text becomes `?`. */
function plain(text: string): string {
  const safe = text.replaceAll(/\s+/g, ' ').replaceAll(/[^A-Za-z0-9 ._:;,/()+=@%-]/g, '?');
  return safe.length <= 200 ? safe : `${safe.slice(0, 200)}...`;
}

const lines = (commands: readonly string[]): string => ['#!ipxe', ...commands, ''].join('\n');
