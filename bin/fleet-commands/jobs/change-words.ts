// The words by which people change packages, as data: what each takes, and the action that it stands for. In: nothing. Out: a
// table, of which commands are made. Never: I/O; how a change is planned or approved.
import type { Action, WantedPackageSpec } from '../../../contract/fleet/jobs/action.ts';

/** What any of them may be given; each has only its own options. */
export type ChangeOptions = {
  readonly purge?: true;
  readonly security?: true;
  readonly except?: readonly string[];
  readonly always?: true;
  readonly only?: 'with' | 'without';
};

export type ChangeWord = {
  readonly name: string;
  /** Of Network Wide Updates; not shown. */
  readonly alias?: string;
  readonly description: string;
  /** `names`: without versions. `versions`: each needs one. */
  readonly packages: 'names' | 'wanted' | 'versions' | 'optional' | 'none';
  /** In the place of packages, files and addresses may be named (../package-files/install-files.ts). */
  readonly takesFiles?: true;
  readonly options: readonly (keyof ChangeOptions)[];
  readonly toAction: (packages: readonly WantedPackageSpec[], options: ChangeOptions) => Action;
  /** Behind `gutinteg fleet`. */
  readonly examples: readonly string[];
  /** What people should know before. */
  readonly help?: string;
};

const ofPackages =
  (verb: 'install' | 'downgrade' | 'hold' | 'unhold') =>
  (packages: readonly WantedPackageSpec[]): Action => ({ do: verb, packages: [...packages] });

const FILES_HELP = `Files, directories and addresses (https://…) are brought to the server, looked at, and listed first. Each host takes those of
its own package system and architecture. docs/fleet-package-files.md has the options.
`;

export const changeWords: readonly ChangeWord[] = [
  {
    name: 'install',
    alias: 'forceinstall',
    description: 'install packages, or bring them to the newest or a named version; or .deb and .rpm files',
    packages: 'wanted',
    takesFiles: true,
    options: ['only'],
    toAction: ofPackages('install'),
    examples: [
      'install jq --host web1',
      'install nginx=1.22.1-9 --class north-web --test-first web1 --only with',
      'install ./hello_2.10-3_amd64.deb ./packages/ --all',
    ],
    help: FILES_HELP,
  },
  {
    name: 'remove',
    description: 'remove packages, and what depends on them, which the plan names',
    packages: 'names',
    options: ['purge'],
    toAction: (packages, { purge = false }) => ({ do: 'remove', packages: [...packages], purge }),
    examples: ['remove telnetd --all', 'remove apache2 --class north-web --purge --dry-run'],
  },
  {
    name: 'upgrade',
    description: 'upgrade all that is installed, or these packages where they are installed',
    packages: 'optional',
    options: ['security', 'except'],
    toAction: (packages, { security = false, except = [] }) => ({
      do: 'upgrade',
      ...(packages.length === 0 ? {} : { packages: [...packages] }),
      security,
      except: [...except],
    }),
    examples: [
      'upgrade --security --all --test-first lab',
      'upgrade openssl libssl3 --class north-web --soak 1h --wait',
    ],
  },
  {
    name: 'downgrade',
    description: 'bring packages back to an older version that is still in the repositories',
    packages: 'versions',
    options: [],
    toAction: ofPackages('downgrade'),
    examples: ['downgrade openssl=3.0.9-1 --host web1'],
  },
  {
    name: 'hold',
    description: 'keep packages at the version that is installed, whatever comes',
    packages: 'names',
    options: [],
    toAction: ofPackages('hold'),
    examples: ['hold linux-image-amd64 --class north-web'],
  },
  {
    name: 'unhold',
    description: 'let packages that were held be upgraded again',
    packages: 'names',
    options: [],
    toAction: ofPackages('unhold'),
    examples: ['unhold linux-image-amd64 --class north-web'],
  },
  {
    name: 'update',
    description: 'let hosts fetch the lists of what their repositories have; no package is changed',
    packages: 'none',
    options: [],
    toAction: () => ({ do: 'update-lists' }),
    examples: ['update --all'],
    help: 'To bring packages to newer versions: gutinteg fleet upgrade.',
  },
  {
    name: 'repair',
    description: 'end what is half done on hosts, as their package systems do it themselves',
    packages: 'none',
    options: [],
    toAction: () => ({ do: 'repair' }),
    examples: ["repair --class 'is=broken'"],
    help: 'dpkg: --configure -a, then apt-get -f install. gutinteg fleet hosts --class is=broken lists hosts that need it.',
  },
  {
    name: 'reboot',
    description: 'restart hosts on which a restart is due',
    packages: 'none',
    options: ['always'],
    toAction: (_, { always = false }) => ({ do: 'reboot', ifNeeded: !always }),
    examples: ["reboot --class 'is=reboot-needed and site=north' --budget 1", 'reboot --host web1 --always'],
    help: 'With --budget 1, one host at a time.',
  },
];
