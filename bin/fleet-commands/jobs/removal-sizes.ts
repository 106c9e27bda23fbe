// How much a removal takes away: files and bytes, of a host that has the package. In: names, a selector of hosts. Out: a line for each
// package. Never: keeps anybody waiting for long: a host that does not say so in time is no fault.
import { setTimeout as delay } from 'node:timers/promises';
import { hostsWithPackage } from '../../../contract/fleet/api/hosts-with-package.ts';
import { askHost, showTask } from '../../../contract/fleet/api/tasks.ts';
import type { Message } from '../../../contract/fleet/tasks.ts';
import type { FleetClient } from '../../../fleet/api/api-client.ts';
import { createProgressLine } from '../../progress-line.ts';
import { UserError } from '../../../lib/errors.ts';
import { countOf } from '../../../machdb/views/printable.ts';

type FilesAnswer = Extract<Message, { kind: 'files' }>;
type Asked = { readonly host: string; readonly name: string; readonly task: number };

const MOST_PACKAGES = 5;
/** As long as a selector of the question may be. */
const LONGEST_SELECTOR = 2000;
const POLL_MS = 2000;

/** Asked before the plan, so that a host which comes for both answers both. What cannot be asked is left out. */
export async function askRemovalSizes(
  client: FleetClient,
  { names, hosts }: { readonly names: readonly string[]; readonly hosts: string },
): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  for (const name of names.slice(0, MOST_PACKAGES)) {
    const one = await askOne(client, name, hosts).catch(unlessDefect);
    if (one !== undefined) asked.push(one);
  }
  return asked;
}

async function askOne(client: FleetClient, name: string, selector: string): Promise<Asked | undefined> {
  const ofThem = selector.length > LONGEST_SELECTOR ? {} : { class: selector };
  const { hosts } = await client.ask(hostsWithPackage, { package: name, ...ofThem, limit: 1 });
  const host = hosts[0]?.host;
  if (host === undefined) return undefined;
  const { task } = await client.ask(askHost, { host, task: { kind: 'files', package: name } });
  return { host, name, task };
}

/** Somebody without the right sees the plan without that number. */
function unlessDefect(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error;
}

/** @param waitMs for all of them together */
export async function readRemovalSizes(
  client: FleetClient,
  asked: readonly Asked[],
  waitMs = 20_000,
): Promise<string[]> {
  const until = Date.now() + waitMs;
  const progress = createProgressLine();
  const lines: string[] = [];
  for (const { host, name, task } of asked) {
    progress.show(`${host} is asked how much goes with ${name}`);
    const files = await readFiles(client, task, until);
    if (files !== undefined) lines.push(sizeText(host, name, files));
  }
  progress.clear();
  return lines;
}

async function readFiles(client: FleetClient, id: number, until: number): Promise<FilesAnswer | undefined> {
  for (;;) {
    const { answer } = await client.ask(showTask, { id });
    if (answer !== undefined) return answer.kind === 'files' ? answer : undefined;
    if (Date.now() >= until) return undefined;
    await delay(POLL_MS);
  }
}

/** `jq has 12 files of 58,203 bytes on web1`; what was changed since is lost as well. */
function sizeText(host: string, name: string, { files, total }: FilesAnswer): string {
  const regular = files.filter(({ type }) => type === 'file');
  const bytes = regular.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const changed = files.filter(({ status }) => status === 'changed').length;
  const also = changed === 0 ? '' : `, of which ${countOf(changed, 'file')} changed since`;
  const least = total > files.length ? 'at least ' : '';
  return `${name} has ${least}${countOf(regular.length, 'file')} of ${bytes.toLocaleString('en-US')} bytes on ${host}${also}`;
}
