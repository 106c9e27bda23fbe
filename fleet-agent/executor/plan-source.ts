// A source of packages is set or taken away. In: its name, text and key. Out: a plan that can be taken back. Never: writes anywhere
// but to the two files of this name; leaves a source behind whose lists cannot be fetched.
import type { Action } from '../../contract/fleet/jobs/action.ts';
import { UserError } from '../../lib/errors.ts';
import { faultOfKey } from '../../package-systems/source-text.ts';
import { changeFiles, keptFiles } from './kept-files.ts';
import type { KindHost, OrderPlan } from './order-plan.ts';

type Of<K extends Action['do']> = Extract<Action, { do: K }>;

/** @throws FaultsError for a text that is no source; UserError for a key that is none */
export async function planSource(
  { name, text, key }: Of<'set-source'>,
  { system: { sources }, keptFile }: KindHost,
): Promise<OrderPlan> {
  const places = sources.places(name);
  const fault = key === undefined ? undefined : faultOfKey(key);
  if (fault !== undefined) throw new UserError(`the key of source ${name} cannot be used: ${fault}`);
  const rendered = sources.render(text, key === undefined ? undefined : places.key);
  return {
    downloads: [],
    files: changeFiles(keptFile, {
      ...(key === undefined ? {} : { [places.key]: `${key.trimEnd()}\n` }),
      [places.source]: rendered,
    }),
    commands: sources.fetch(name, rendered),
    byExitCode: true,
  };
}

/** The key goes, too. @throws UserError when there is none of this name */
export async function planSourceRemoval(
  { name }: Of<'remove-source'>,
  { system: { sources }, keptFile }: KindHost,
): Promise<OrderPlan> {
  const { source, key } = sources.places(name);
  const files = changeFiles(keptFile, { [source]: undefined, [key]: undefined });
  const isThere = keptFiles([source])[source] !== null;
  return {
    downloads: [],
    files,
    commands: [],
    byExitCode: true,
    ...(isThere ? {} : { note: `${source} is not there` }),
  };
}
