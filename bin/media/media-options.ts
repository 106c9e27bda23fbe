import type { ConsentOptions } from '../commands/consent-options.ts';

/** What `gutinteg media build` was asked for. */
export type MediaOptions = ConsentOptions & {
  readonly site: string;
  readonly state?: string;
  readonly out: string;
  readonly machine?: readonly string[];
  readonly offline?: true;
  readonly server?: string;
  readonly dryRun?: true;
  readonly json?: true;
};
