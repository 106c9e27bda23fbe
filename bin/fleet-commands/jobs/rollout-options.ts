// How carefully a job goes over its hosts, as options. In: a command, its options. Out: a rollout; what is not given is as
// contract/fleet/jobs/job.ts has it. Never: I/O.
import type { Command } from 'commander';
import type { rolloutSchema } from '../../../contract/fleet/jobs/job.ts';
import type { z } from 'zod';
import { parseCount } from '../parse-count.ts';
import { parsePercent, parseRings, parseSeconds } from './parse-amounts.ts';

export type RolloutOptions = {
  readonly testFirst?: string;
  readonly rings?: number[];
  readonly answered?: number;
  readonly soak?: number;
  readonly health?: readonly string[];
  readonly budget?: number;
  readonly lease?: number;
  readonly expires?: number;
  readonly window?: string;
  readonly downloadBefore?: number;
};

export type RolloutInput = z.input<typeof rolloutSchema>;

export const collectWords = (word: string, before: readonly string[] = []): string[] => [...new Set([...before, word])];

export function addRolloutOptions(command: Command): Command {
  return command
    .optionsGroup('How carefully:')
    .option('--test-first <host-or-class>', 'these come first, and the others only when all of them have ended well')
    .option(
      '--rings <percents>',
      'how much of the rest has had its turn after each ring (default: 1,10,100)',
      parseRings,
    )
    .option(
      '--answered <percent>',
      'a ring opens the next one when so much of it has ended (default: 100)',
      parsePercent,
    )
    .option('--soak <time>', 'wait so long after a ring before the next one, such as 1h', parseSeconds)
    .option('--health <program>', 'one of /etc/gutinteg/health.d on each host must say yes; repeatable', collectWords)
    .option('--budget <n>', 'halt when so many hosts have failed or are lost (default: 1 in 100)', parseCount)
    .option('--lease <time>', 'a host that says nothing for so long counts as lost (default: 1h)', parseSeconds)
    .option('--expires <time>', 'leave out hosts that have not come by then (default: 7d)', parseSeconds)
    .option('--window <window>', 'change hosts only within this window of time')
    .option(
      '--download-before <time>',
      'hosts download so long before the window opens (default: 45min)',
      parseSeconds,
    );
}

/** @param testFirst as a selector, if the option was given */
export const rolloutOf = (options: RolloutOptions, testFirst: string | undefined): RolloutInput => ({
  ...given('testFirst', testFirst),
  ...given('rings', options.rings),
  ...given('answered', options.answered),
  ...given('soakSeconds', options.soak),
  ...(options.health === undefined ? {} : { health: [...options.health] }),
  ...given('budget', options.budget),
  ...given('leaseSeconds', options.lease),
  ...given('expiresAfterSeconds', options.expires),
  ...given('window', options.window),
  ...given('downloadBeforeSeconds', options.downloadBefore),
});

const given = <K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> =>
  value === undefined ? {} : ({ [key]: value } as Record<K, V>);
