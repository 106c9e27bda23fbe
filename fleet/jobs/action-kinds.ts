// What each kind of action is, as far as the server must know. In: an action. Out: answers, one line for each kind. Never: I/O.
import type { Action, ActionKind, PackageFileSource } from '../../contract/fleet/jobs/action.ts';

type OfKind<K extends ActionKind> = Extract<Action, { do: K }>;

type KindAnswers<K extends ActionKind> = {
  /** In a line, for people. */
  readonly title: (action: OfKind<K>) => string;
  /** It changes packages, so the package system must be in order afterwards. */
  readonly changes: boolean;
  /** What it leaves is as somebody wanted it, although the package system complains. */
  readonly mayLeaveUnmet?: (action: OfKind<K>) => boolean;
  /** It may be done where gutinteg keeps the files of an image. */
  readonly suitsImages: boolean;
  /** Of the server's store. */
  readonly files?: (action: OfKind<K>) => readonly PackageFileSource[];
  /** The packages that `only` asks about. */
  readonly names?: (action: OfKind<K>) => readonly string[];
  /** The flag that its packages must have, or not have, in the list afterwards. */
  readonly flag?: { readonly name: string; readonly isSet: boolean };
};

const changing = { changes: true, suitsImages: false } as const;
const beside = { changes: false, suitsImages: false } as const;

const kinds: { readonly [K in ActionKind]: KindAnswers<K> } = {
  install: {
    ...changing,
    title: ({ packages }) => `install ${list(packages)}`,
    names: ({ packages }) => namesOf(packages),
  },
  upgrade: { ...changing, title: titleOfUpgrade },
  downgrade: { ...changing, title: ({ packages }) => `downgrade ${list(packages)}` },
  remove: { ...changing, title: ({ packages, purge }) => `${purge ? 'purge' : 'remove'} ${list(packages)}` },
  hold: { ...beside, title: ({ packages }) => `hold ${list(packages)}`, flag: { name: 'held', isSet: true } },
  unhold: { ...beside, title: ({ packages }) => `unhold ${list(packages)}`, flag: { name: 'held', isSet: false } },
  'install-files': {
    ...changing,
    title: ({ files }) => `install ${list(files.map(({ fileName: name }) => ({ name })))}`,
    names: ({ files }) => [...new Set(namesOf(files))],
    files: ({ files }) => files,
    mayLeaveUnmet: ({ options }) => options.includes('ignore-depends') || options.includes('ignore-conflicts'),
  },
  restore: { ...changing, title: ({ changes }) => `bring back ${list(distinct(changes).map((name) => ({ name })))}` },
  'update-lists': { ...beside, title: () => 'update lists' },
  'set-source': { ...beside, title: ({ name }) => `set source ${name}` },
  'remove-source': { ...beside, title: ({ name }) => `remove source ${name}` },
  repair: { ...changing, title: () => 'repair' },
  reboot: { changes: false, suitsImages: true, title: ({ ifNeeded }) => (ifNeeded ? 'reboot if needed' : 'reboot') },
  refresh: { changes: false, suitsImages: true, title: () => 'refresh' },
  'upgrade-agent': {
    ...changing,
    title: ({ files }) => `upgrade agent to ${[...new Set(files.map(({ version }) => version))].join(', ')}`,
    names: ({ files }) => [...new Set(namesOf(files))],
    files: ({ files }) => files,
  },
};

const answersOf = (action: Action): KindAnswers<never> => kinds[action.do] as unknown as KindAnswers<never>;

/** `upgrade openssl`. */
export const titleOfAction = (action: Action): string => answersOf(action).title(action as never);

export function mustBeClean(action: Action): boolean {
  const { changes, mayLeaveUnmet } = answersOf(action);
  return changes && mayLeaveUnmet?.(action as never) !== true;
}

export const suitsImages = (action: Action): boolean => answersOf(action).suitsImages;

export const filesOfAction = (action: Action): readonly PackageFileSource[] =>
  answersOf(action).files?.(action as never) ?? [];

/** @returns undefined for actions that are the same for hosts with and without a package */
export const askedNames = (action: Action): readonly string[] | undefined => answersOf(action).names?.(action as never);

type WantedFlag = {
  readonly name: string;
  readonly isSet: boolean;
  /** One without an architecture stands for all of them. */
  readonly packages: readonly { readonly name: string; readonly arch?: string }[];
};

/** The flag that packages must have, or not have, afterwards. */
export function wantedFlag(action: Action): WantedFlag | undefined {
  const { flag } = answersOf(action);
  return flag === undefined || !('packages' in action) ? undefined : { ...flag, packages: action.packages ?? [] };
}

function titleOfUpgrade({ packages, security, except }: OfKind<'upgrade'>): string {
  const what = packages === undefined ? '' : ` ${list(packages)}`;
  const without = except.length === 0 ? '' : ` except ${list(except.map((name) => ({ name })))}`;
  return `${security ? 'security ' : ''}upgrade${what}${without}`;
}

/** An undo may name several versions of one package. */
const distinct = (packages: readonly { readonly name: string }[]): string[] => [...new Set(namesOf(packages))];

const namesOf = (packages: readonly { readonly name: string }[]): string[] => packages.map(({ name }) => name);

const SHOWN = 4;

type Named = { readonly name: string; readonly arch?: string; readonly version?: string };

/** As people type them. */
function list(packages: readonly Named[]): string {
  const shown = packages
    .slice(0, SHOWN)
    .map(({ name, arch, version }) =>
      [name, ...(arch ? [':', arch] : []), ...(version ? ['=', version] : [])].join(''),
    );
  return packages.length > SHOWN ? `${shown.join(' ')} and ${packages.length - SHOWN} more` : shown.join(' ');
}
