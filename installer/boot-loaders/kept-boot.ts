// What a nightly run does about boot loaders. In: nothing. Out: types.
import type { Report } from '../../contract/report.ts';
import type { Architecture } from '../../lib/architecture.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import type { Layout } from '../../partition-specs/layout.ts';
import type { RecordedBoot } from './boot-artefact.ts';
import type { BootPaths } from './boot-paths.ts';

export type KeepInput = {
  /** Of this kind: what the installation or an earlier run has recorded. */
  readonly recorded: readonly RecordedBoot[];
  readonly layout: Layout | undefined;
  readonly architecture: Architecture;
  readonly paths: BootPaths;
  readonly run: RunCommand;
  readonly changeNothing: boolean;
};

export type Change = Report['changes'][number];

export type Kept = {
  readonly changes: readonly Change[];
  readonly errors: readonly string[];
  readonly notices: readonly string[];
  /** What to record from now on. */
  readonly recorded: readonly RecordedBoot[];
  /** UUIDs of partitions whose disks are missing. */
  readonly missing: readonly string[];
};
