// Which hosts a change is for. In: options. Out: a selector, of hosts that take part. Never: takes a slip of the fingers for all
// hosts; leaves out one that was named without a word.
import type { Command } from 'commander';
import { listClasses } from '../../../contract/fleet/api/classes.ts';
import { showHost } from '../../../contract/fleet/api/hosts.ts';
import type { FleetClient } from '../../../fleet/api/api-client.ts';
import { UserError } from '../../../lib/errors.ts';
import { EVERY_HOST } from '../every-host.ts';
import { collectWords } from './rollout-options.ts';

export type TargetOptions = {
  readonly host?: readonly string[];
  readonly class?: string;
  readonly all?: true;
};

export function addTargetOptions(command: Command): Command {
  return command
    .optionsGroup('Which hosts, one of:')
    .option('--host <host>', 'this host; repeatable', collectWords)
    .option('--class <class>', "hosts of this class, or of a selector such as 'site=north and package=jq'")
    .option('--all', 'every host of the fleet');
}

/** @throws UserError unless exactly one way to choose was taken, and for a host that does not take part */
export async function chooseHosts(
  client: FleetClient,
  { host = [], class: selector, all }: TargetOptions,
): Promise<string> {
  const ways = [host.length > 0, selector !== undefined, all === true].filter(Boolean).length;
  if (ways !== 1) {
    throw new UserError(ways === 0 ? 'no host is named' : '--host, --class and --all exclude each other', {
      exitCode: 2,
      hint: "--host web1, --class 'site=north', or --all",
    });
  }
  if (all === true) return EVERY_HOST;
  if (selector !== undefined) return selector;
  const names: string[] = [];
  for (const each of host) names.push(await requireEnrolled(client, each));
  return names.map((name) => `name=${name}`).join(' or ');
}

/** `--test-first`: a host, a class or a selector. @throws UserError for a name that is neither */
export async function chooseTestHosts(client: FleetClient, word: string): Promise<string> {
  if (!/^[\w.-]+$/.test(word)) return word;
  const { classes } = await client.ask(listClasses, {});
  if (classes.some(({ name }) => name === word)) return word;
  return `name=${await requireEnrolled(client, word)}`;
}

/** @returns the name, which no other host has that takes part */
async function requireEnrolled(client: FleetClient, host: string): Promise<string> {
  const { name, state, kind } = await client.ask(showHost, { host });
  if (kind === 'relay') throw new UserError(`${name} is a relay, which has no packages`, { exitCode: 2 });
  if (state === 'enrolled') return name;
  throw new UserError(`${name} does not take part: it is ${state}; nothing was changed`, {
    exitCode: 2,
    hint: `gutinteg fleet show ${host}`,
  });
}
