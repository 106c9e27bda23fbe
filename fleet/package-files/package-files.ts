// Package files of a server: what people send and have fetched, and jobs hand to hosts. In: a directory. Out: a store, and the fetches that
// fill it. Never: installs anything; knows what a job is (users-of-files.ts).
import type { RunCommand } from '../../lib/run-command.ts';
import { openFetches } from './fetches.ts';
import type { Fetches } from './fetches.ts';
import { DEFAULT_BOUNDS } from './file-places.ts';
import type { FileBounds } from './file-places.ts';
import { openPackageFiles } from './package-file-store.ts';
import type { PackageFileStore } from './package-file-store.ts';

export type PackageFiles = {
  readonly store: PackageFileStore;
  readonly fetches: Fetches;
  readonly close: () => Promise<void>;
};

export type PackageFilesPlace = {
  readonly directory: string;
  readonly run: RunCommand;
  readonly bounds?: FileBounds;
  readonly now?: () => number;
};

export function servePackageFiles({
  directory,
  run,
  bounds = DEFAULT_BOUNDS,
  now = Date.now,
}: PackageFilesPlace): PackageFiles {
  const store = openPackageFiles({ directory, bounds, run });
  const fetches = openFetches(store, now);
  return { store, fetches, close: fetches.close };
}
