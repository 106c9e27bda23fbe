import { kernelParameters } from '../../contract/routes.ts';

/** What the ramdisk is told on the kernel's command line; nothing in it means anything to iPXE or GRUB. */
export function kernelLine(script: {
  readonly serverUrl: string;
  readonly mac: string;
  readonly token: string;
  readonly consoles: readonly string[];
}): string {
  return [
    `${kernelParameters.server}=${script.serverUrl}`,
    `${kernelParameters.mac}=${script.mac}`,
    `${kernelParameters.token}=${script.token}`,
    ...script.consoles.map((console) => `console=${console}`),
    // A ramdisk that panics must come back for its next attempt by itself.
    'panic=30',
    // Kernel messages on a serial line cost a second; errors and the installer's own lines still show.
    'quiet',
  ].join(' ');
}
