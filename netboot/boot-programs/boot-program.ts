import type { Architecture, ClientArchitecture } from '../../lib/architecture.ts';
import type { NetbootWay } from '../../lib/netboot-ways.ts';

/** The language of the scripts that it reads. */
export type ScriptLanguage = 'ipxe' | 'grub';

/** How machines of one firmware and architecture begin a network boot; one small file each beside this one. */
export type BootProgram = {
  readonly firmware: ClientArchitecture['firmware'];
  readonly architecture: Architecture['name'];
  /** What asks for it where a firmware can begin in several ways. */
  readonly way: NetbootWay;
  /** The file that DHCP names to the firmware, by its name in `boot/ARCH/`. */
  readonly loader: string;
  /** How the firmware gets it: by its name from TFTP, or by a URL. */
  readonly by: 'tftp' | 'http';
  /** Files of `boot/ARCH/` that the loader asks for next, where it came from. */
  readonly nextStages: readonly string[];
  readonly script: ScriptLanguage;
  /** The first script: DHCP names this file to iPXE; GRUB knows it by itself. */
  readonly startScript: string;
  /** Other names under which TFTP has the first script. */
  readonly startScriptAliases: readonly string[];
  /** What it asks for and does without: no fault of anybody. */
  readonly optional: readonly RegExp[];
};
