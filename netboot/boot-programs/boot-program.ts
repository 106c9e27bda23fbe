import type { Architecture, ClientArchitecture } from '../../lib/architecture.ts';

/** How machines of one firmware and architecture begin a network boot; one small file each beside this one. */
export type BootProgram = {
  readonly firmware: ClientArchitecture['firmware'];
  readonly architecture: Architecture['name'];
  /** iPXE: the file that DHCP names to the firmware and TFTP has, by its name in Debian's package `ipxe`. */
  readonly loader: string;
  /** The first script: DHCP names this file to iPXE. */
  readonly startScript: string;
  /** Other names under which TFTP has the first script. */
  readonly startScriptAliases: readonly string[];
};
