// Where the netboot server learns what the site says of a machine. The site implements it; tests have a small fake.
import type { Lookup } from '../contract/lookup.ts';

/** One machine of the site as it stands now. */
export type SiteMachine = {
  readonly name: string;
  /** Canonical MAC addresses, the first interface's first. */
  readonly macs: readonly string[];
  /** The whole resolved record: variable → value. */
  readonly record: Readonly<Record<string, string>>;
  /** Digest of the whole resolved record; an arming is bound to it. */
  readonly recordDigest: string;
  /** Variables that the templates of the machine's packages use; handed out with the known ones. */
  readonly templateVariables?: () => Promise<Iterable<string>>;
  /**
   * The answer to a look-up, with the published packages as they are now; its record may be the whole one.
   * @throws UserError when an image or package of the machine is not published.
   */
  readonly describe: (machineId: string) => Promise<Lookup>;
  /** All that can be known to be wrong before the machine is switched on; asked before it is armed. @throws UserError */
  readonly verify?: () => Promise<void>;
};

/** The machine database and the published packages, read anew on every call. */
export type MachineSource = {
  readonly lookupByMac: (mac: string) => Promise<SiteMachine | undefined>;
  readonly lookupByName: (name: string) => Promise<SiteMachine | undefined>;
};
