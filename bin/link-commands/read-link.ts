// From the command line of packagelink to packages. In: words and options. Out: what will be linked.
// Never: touches the target.
import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { architectureOf } from '../../lib/architecture.ts';
import { UserError } from '../../lib/errors.ts';
import { parseEdge, parseJsonEdge } from '../../lib/parse-edge.ts';
import { parsePublicKey } from '../../packagelink/manifests/keys.ts';
import type { LinkChange } from '../../packagelink/link/link-packages.ts';
import type { LinkState, LinkedPackage } from '../../packagelink/state/linked-packages.ts';
import { requireApart } from '../../packagelink/link/linked-target.ts';
import type { LinkedTarget } from '../../packagelink/link/linked-target.ts';
import { parsePackages } from '../../packagelink/package/package-argument.ts';
import type { NamedPackage } from '../../packagelink/package/package-argument.ts';
import type { Defines } from '../../packagelink/package/preprocess.ts';
import { templateSuffixSchema } from '../../packagelink/package/template-suffix.ts';
import { readNamedPackage } from '../../packagelink/link/read-named-package.ts';
import { hasName } from '../../packagelink/store/store.ts';

type LinkReading = {
  readonly words: readonly string[];
  readonly target: LinkedTarget;
  readonly hardlink?: true;
  readonly define: readonly string[];
  readonly record?: string;
  readonly suffix?: string;
  readonly store?: string;
  readonly key: readonly string[];
  readonly directories?: LinkState['directories'];
};

/** Reads the packages that are named; answers what they make of a target's state. @throws UserError */
export async function readLink(given: LinkReading): Promise<(state: LinkState) => Promise<LinkChange>> {
  const { words, target, store, key, hardlink, directories } = given;
  if (store === undefined && key.length > 0)
    throw new UserError('--key is the key of a --store', { exitCode: 2, hint: 'packagelink --help' });
  const defines = await readDefines(given);
  const named = parsePackages(words, {
    // Of a record, it is the machine that the target is for, which may be another one than this.
    machine: { ARCH: architectureOf(process.arch), ...defines },
    isInStore: store === undefined ? undefined : (name) => hasName({ dir: store }, name),
  });
  const reading = {
    mode: hardlink === true ? ('hardlink' as const) : ('copy' as const),
    defines,
    suffix: readSuffix(given, named),
    store: store === undefined ? undefined : { dir: store, keys: await readKeys(key) },
  };
  return async (state) => {
    const linked: LinkedPackage[] = [];
    const unread: string[] = [];
    for (const one of named)
      linked.push(await readNamedPackage(one, reading, (path) => unread.push(describeVanished(one.name, path))));
    requireApart(target, linked);
    const names = new Set(linked.map(({ name }) => name));
    const unlinked = state.packages.filter((one) => !names.has(one.name) && isReplaced(one, named));
    const stay = state.packages.filter((one) => !names.has(one.name) && !unlinked.includes(one));
    const packages = [...stay, ...linked];
    if (packages.length === 0)
      throw new UserError(`nothing is linked onto ${target.root}, and no package is named`, {
        exitCode: 2,
        hint: `packagelink --target ${target.root} TREE`,
      });
    return {
      packages,
      linked,
      unlinked: unlinked.map(({ name }) => name),
      directories: directories ?? state.directories,
      unread,
    };
  };
}

function describeVanished(name: string, path: string): string {
  return `${path} of ${name} vanished while the package was read, and is not linked; run again to see whether it is back`;
}

/** Whether another variant of it is linked now. */
function isReplaced({ name, kind, source }: LinkedPackage, named: readonly NamedPackage[]): boolean {
  return named.some((one) => {
    const isBeside = one.kind === 'tree' ? kind === 'tree' && dirname(one.root) === dirname(source) : kind === 'store';
    return isBeside && one.others.includes(name);
  });
}

function readSuffix({ suffix }: LinkReading, named: readonly NamedPackage[]): string | undefined {
  if (suffix === undefined) return undefined;
  if (named.some(({ kind }) => kind === 'tree')) return parseEdge(templateSuffixSchema, suffix, '--suffix');
  throw new UserError('--suffix is for directories that are named with it; a package of a store has its own', {
    exitCode: 2,
    hint: 'packagelink --target DIR --suffix .in TREE',
  });
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

async function readDefines({ define, record }: LinkReading): Promise<Defines> {
  const given = define.map((text) => {
    const equals = text.indexOf('=');
    const name = equals === -1 ? text : text.slice(0, equals);
    if (equals !== -1 && NAME.test(name)) return [name, text.slice(equals + 1)] as const;
    throw new UserError(`-D ${text} is not VAR=VALUE`, {
      exitCode: 2,
      hint: '-DDOMAIN=example.org; -DNFS= for an empty one',
    });
  });
  return { ...(record === undefined ? {} : await readRecord(record)), ...Object.fromEntries(given) };
}

async function readRecord(file: string): Promise<Defines> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(`reading the record ${file} failed`, { exitCode: 2, cause: error });
  }
  return parseJsonEdge(z.record(z.string().regex(NAME, 'no name of a variable'), z.string()), text, file);
}

async function readKeys(files: readonly string[]): Promise<KeyObject[]> {
  if (files.length === 0)
    throw new UserError('a store needs the key that its manifests are signed with', {
      exitCode: 2,
      hint: '--key STATE/keys/site.pub',
    });
  return await Promise.all(
    files.map(async (file) => {
      try {
        return parsePublicKey(await readFile(file, 'utf8'), file);
      } catch (error) {
        if (error instanceof UserError) throw error;
        throw new UserError(`reading the key ${file} failed`, { exitCode: 2, cause: error });
      }
    }),
  );
}
