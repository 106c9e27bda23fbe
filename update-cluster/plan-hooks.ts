// In: what the directories of hooks hold, and names that were asked for. Out: which hooks run, in order. Pure.
import { didYouMean } from '../lib/did-you-mean.ts';
import { UserError } from '../lib/errors.ts';

const SUFFIX = '.updatelist';

/** A name that ends in `.updatelist`, as it was found. */
export type HookFile = {
  readonly name: string;
  readonly path: string;
  /** Links are followed; `null` is /dev/null, and `other` a device, a socket or a link to nothing. */
  readonly kind: 'file' | 'directory' | 'null' | 'other';
  readonly sizeBytes: number;
  readonly isExecutable: boolean;
};

export type Hook = {
  /** The name without `.updatelist`, by which a hook is asked for. */
  readonly radix: string;
  readonly path: string;
  /** The hook of the package that this one stands for. */
  readonly overrides: string | undefined;
  /** Why it does not run; undefined if it does. */
  readonly skipped: string | undefined;
};

/**
 * The hooks in the order of their names, byte by byte. A hook of `own` overrides that of `packaged` with the same name; an
 * empty file or a link to /dev/null there switches it off.
 * @throws UserError (exit code 2) for a name that no hook has
 */
export function planHooks(packaged: readonly HookFile[], own: readonly HookFile[], asked: readonly string[]): Hook[] {
  const hooks = new Map<string, Hook>();
  for (const file of packaged.filter(isHook)) hooks.set(radixOf(file.name), describe(file, undefined));
  for (const file of own.filter(isHook)) {
    const radix = radixOf(file.name);
    hooks.set(radix, describe(file, hooks.get(radix)?.path));
  }
  const sorted = [...hooks.values()].toSorted((a, b) => Buffer.compare(Buffer.from(a.radix), Buffer.from(b.radix)));
  const names = new Set(asked.map(radixOf));
  if (names.has('all') && names.size > 1) {
    throw new UserError("'all' and names of hooks exclude each other", { exitCode: 2 });
  }
  if (names.has('all')) return sorted;
  refuseUnknown([...names], [...hooks.keys()]);
  return sorted.filter(({ radix }) => names.has(radix));
}

/** As for `*.updatelist` in the shell, names that begin with a dot are left out. */
function isHook({ name }: HookFile): boolean {
  return name.endsWith(SUFFIX) && name !== SUFFIX && !name.startsWith('.');
}

function radixOf(name: string): string {
  return name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : name;
}

function describe(file: HookFile, overrides: string | undefined): Hook {
  return { radix: radixOf(file.name), path: file.path, overrides, skipped: whySkipped(file) };
}

function whySkipped({ kind, sizeBytes, isExecutable, path }: HookFile): string | undefined {
  if (kind === 'null' || (kind === 'file' && sizeBytes === 0)) return 'switched off by an empty file or /dev/null';
  if (kind === 'directory') return 'is a directory';
  if (kind === 'other') return 'is not a file';
  return isExecutable ? undefined : `is not executable (chmod +x ${path})`;
}

function refuseUnknown(names: readonly string[], known: readonly string[]): void {
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const lines = unknown.map((name) => {
    const near = didYouMean(name, known);
    return `there is no hook ${name}${near === undefined ? '' : `; ${near}`}`;
  });
  const hint =
    known.length === 0 ? 'no package has installed a hook' : 'update-cluster-regenerate all --dry-run names them';
  throw new UserError(lines.join('\n'), { exitCode: 2, hint });
}
