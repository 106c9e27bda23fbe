// How much a removal takes away: files and bytes, of one host that has the packages. In: names, and a host that is asked anyway for
// the plan. Out: a line for each. Never: keeps anybody waiting for long; a host that does not say so is no fault.
import { setTimeout as delay } from 'node:timers/promises';
import { askHost, showTask } from '../../../contract/fleet/api/tasks.ts';
import type { Message } from '../../../contract/fleet/tasks.ts';
import type { FleetClient } from '../../../fleet/api/api-client.ts';
import { UserError } from '../../../lib/errors.ts';
import { countOf } from '../../../machdb/views/printable.ts';

export type RemovalSizes = {
  /** Only the first host is asked. */
  readonly ask: (host: string) => Promise<void>;
  readonly read: () => Promise<string[]>;
};

type FilesAnswer = Extract<Message, { kind: 'files' }>;

const MOST_PACKAGES = 5;
const WAIT_MS = 70_000;
const POLL_MS = 2000;

export function askRemovalSizes(client: FleetClient, names: readonly string[], waitMs = WAIT_MS): RemovalSizes {
  const asked: { readonly host: string; readonly name: string; readonly task: number }[] = [];
  return {
    ask: async (host) => {
      if (asked.length > 0) return;
      for (const name of names.slice(0, MOST_PACKAGES)) {
        const { task } = await client.ask(askHost, { host, task: { kind: 'files', package: name } });
        asked.push({ host, name, task });
      }
    },
    read: async () => {
      const until = Date.now() + waitMs;
      const lines: string[] = [];
      for (const { host, name, task } of asked) {
        const files = await readFiles(client, task, until);
        if (files !== undefined) lines.push(sizeText(host, name, files));
      }
      return lines;
    },
  };
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

/** What cannot be asked, such as by somebody without the right, is left out. */
export const orNothing = async (question: Promise<void>): Promise<void> => {
  try {
    await question;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
};
