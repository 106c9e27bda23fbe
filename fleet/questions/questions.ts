// Every question about lists of packages. In: queries, a name and the input of the operation with this name. Out: its answer.
// Never: writes, so that any thread and any copy of the store can answer. Hosts of a class are given as `within`.
import type { Queries } from '../store/open-store.ts';
import { compareGroups, compareNamedHosts } from './compare-hosts.ts';
import { countLists } from './count-lists.ts';
import { findHostsWithPackage } from './find-hosts-with-package.ts';
import { findOutdated } from './find-outdated.ts';
import { findHostPackages, findPackageChanges } from './list-host-packages.ts';
import { findPackages } from './list-packages.ts';
import { findVersions } from './list-versions.ts';
import { findSetsWithPackage } from './sets-with-package.ts';

const questions = {
  'hosts-with-package': findHostsWithPackage,
  packages: findPackages,
  'package-versions': findVersions,
  'host-packages': findHostPackages,
  'package-changes': findPackageChanges,
  outdated: findOutdated,
  compare: compareNamedHosts,
  'compare-groups': compareGroups,
  'list-states': countLists,
  'sets-with-package': findSetsWithPackage,
} as const;

type Questions = typeof questions;
export type QuestionName = keyof Questions;

/** @throws UserError for people */
export type AskQuestion = <N extends QuestionName>(
  name: N,
  input: Parameters<Questions[N]>[1],
) => Promise<Awaited<ReturnType<Questions[N]>>>;

/** All statements of an answer see the same state of the store. */
export const askHere =
  (queries: Queries): AskQuestion =>
  (name, input) =>
    queries.transaction().execute((transaction) => questions[name](transaction, input as never) as Promise<never>);
