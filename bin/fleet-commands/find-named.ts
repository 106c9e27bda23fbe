// One of a list that the server gave. In: its name. Out: the one. Never: asks.
import { didYouMean } from '../../lib/did-you-mean.ts';
import { UserError } from '../../lib/errors.ts';

/** @param kind a command of `gutinteg fleet` that has `list` @throws UserError when there is none */
export function findNamed<T extends { readonly name: string }>(kind: string, name: string, all: readonly T[]): T {
  const found = all.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = all.map((each) => each.name);
  throw new UserError(`there is no ${kind} ${name}`, {
    hint: didYouMean(name, names) ?? `gutinteg fleet ${kind} list`,
    exitCode: 2,
  });
}
