// A source of packages as people give it. In: its name, text and key. Out: an action, or every fault with its line. Never: I/O.
import type { Action } from '../../../contract/fleet/jobs/action.ts';
import { actionSchema } from '../../../contract/fleet/jobs/action.ts';
import { UserError } from '../../../lib/errors.ts';
import { dpkg } from '../../../package-systems/dpkg/dpkg.ts';
import type { PackageSystem } from '../../../package-systems/package-system.ts';
import { rpm } from '../../../package-systems/rpm/rpm.ts';
import { faultOfKey } from '../../../package-systems/source-text.ts';

type Given = {
  readonly name: string;
  readonly text: string;
  readonly key: string | undefined;
  /** For messages. */
  readonly file: string;
};

/** @throws UserError, FaultsError with exit code 2 */
export function parseSource({ name, text, key, file }: Given): Action {
  const fault = key === undefined ? undefined : faultOfKey(key);
  if (fault !== undefined) throw new UserError(`the key cannot be used: ${fault}; no job was made`, { exitCode: 2 });
  const { sources } = systemOf(text);
  sources.render(text, key === undefined ? undefined : sources.places(name).key);
  const { data } = actionSchema.safeParse({ do: 'set-source', name, text, ...(key === undefined ? {} : { key }) });
  if (data !== undefined) return data;
  parseSourceName(name);
  throw new UserError(`${file} or its key is too large for a source; no job was made`, { exitCode: 2 });
}

export function parseSourceName(name: string): string {
  if (actionSchema.safeParse({ do: 'remove-source', name }).success) return name;
  throw new UserError(`${JSON.stringify(name.slice(0, 100))} is no name of a source`, {
    exitCode: 2,
    hint: 'small letters, digits, dots and hyphens, 64 at most, without an ending: lab-main',
  });
}

/** A .repo has sections in brackets, and deb822 has none. */
const systemOf = (text: string): PackageSystem => (/^\[/m.test(text) ? rpm : dpkg);
