// Where the netboot server learns what the site says of a machine. The site implements it; tests have a small fake.
import type { DatabaseStatus } from '../contract/health.ts';
import type { Lookup } from '../contract/lookup.ts';
import type { Mac } from '../lib/mac.ts';

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
  /**
   * All that can be known to be wrong before the machine is switched on; asked before it is armed. Answers what who
   * arms it should know besides. @throws UserError
   */
  readonly verify?: (consent: Consent) => Promise<readonly string[]>;
};

/** What an arming allows besides an installation. */
export type Consent = {
  /** Data partitions that may be made: `h`, `disk1h`. */
  readonly initData: readonly string[];
  /** Serial numbers of disks whose unreadable content counts as free space. */
  readonly knownEmpty: readonly string[];
};

/** A machine's whole resolved record. */
export type NamedRecord = { readonly name: string; readonly record: Readonly<Record<string, string>> };

/** The machine database and the published packages. */
export type MachineSource = {
  /** As the version of the database that is in force says. */
  readonly lookupByMac: (mac: string) => Promise<SiteMachine | undefined>;
  /** The same, after looking whether the database has changed: for people, who have just edited it. */
  readonly lookupByName: (name: string) => Promise<SiteMachine | undefined>;
  /** Records alone, at once: thousands a second. */
  readonly records: {
    readonly byMac: (mac: Mac) => NamedRecord | undefined;
    readonly byName: (name: string) => NamedRecord | undefined;
    readonly byIp: (ip: string) => NamedRecord | undefined;
  };
  readonly databaseStatus: () => DatabaseStatus;
};
