// What every part of the executor needs. In: nothing. Out: its shape.
import type { Host } from '../../package-systems/ask.ts';
import type { PackageSystem } from '../../package-systems/package-system.ts';
import type { Uptime } from '../state/due-file.ts';
import type { ExecutorPaths } from './executor-paths.ts';
import type { ReportFiles } from './report-files.ts';
import type { StagedFiles } from './staged-files.ts';

type Limits = {
  /** For each program that changes or fetches something, and for what it leaves behind when it fails. */
  readonly programMs: number;
  /** For somebody else's lock. */
  readonly lockMs: number;
  /** For each program of /etc/gutinteg/health.d. */
  readonly healthMs: number;
};

export type ExecutorContext = {
  readonly paths: ExecutorPaths;
  readonly system: PackageSystem;
  /** For questions, which change nothing. */
  readonly host: Host;
  readonly reports: ReportFiles;
  readonly files: StagedFiles;
  readonly limits: Limits;
  readonly uptime: Uptime;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};
