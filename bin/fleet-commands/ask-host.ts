// A question that only the host can answer. In: the question, whether to wait. Out: its answer, when it comes. Never: waits longer than
// it was told; what was asked stays asked.
import type { FleetClient } from '../../fleet/api/api-client.ts';
import type { HostQuestion, Message } from '../../contract/fleet/tasks.ts';

export type Asking = {
  readonly client: FleetClient;
  readonly host: string;
  readonly task: HostQuestion;
  readonly isWaited: boolean;
  readonly timeoutSeconds: number;
};

export type Asked = {
  /** Undefined when it is not waited for. @see Message */
  readonly answer?: Message;
  readonly task: number;
  /** The digest of its packages when it was asked. */
  readonly installedDigest: string;
};

const POLL_MS = 2000;

/** @throws UserError when the host could not do it, or has not answered in time */
export async function askHostAndWait({ client, host, task, isWaited, timeoutSeconds }: Asking): Promise<Asked> {
  const { askHost } = await import('../../contract/fleet/api/tasks.ts');
  const asked = await client.ask(askHost, { host, task });
  if (!isWaited) return asked;
  return { ...asked, answer: await waitForAnswer(client, asked.task, timeoutSeconds) };
}

async function waitForAnswer(client: FleetClient, id: number, timeoutSeconds: number): Promise<Message> {
  const { setTimeout: delay } = await import('node:timers/promises');
  const { showTask } = await import('../../contract/fleet/api/tasks.ts');
  const { UserError } = await import('../../lib/errors.ts');
  const { harmlessLine } = await import('../../lib/harmless-text.ts');
  const { createProgressLine } = await import('../progress-line.ts');
  const { waitText } = await import('./output/task-text.ts');
  const progress = createProgressLine();
  const until = Date.now() + timeoutSeconds * 1000;
  let isTold = process.stderr.isTTY;
  try {
    for (;;) {
      const state = await client.ask(showTask, { id });
      if (state.answer?.kind === 'failed') {
        throw new UserError(`${state.name} could not do it: ${harmlessLine(state.answer.message)}`);
      }
      if (state.answer !== undefined) return state.answer;
      const waits = waitText(state, Date.now());
      if (Date.now() > until) {
        throw new UserError(`${state.name} has not answered within ${timeoutSeconds} s; it ${waits}`, {
          hint: `gutinteg fleet task ${id} shows the answer when it has come`,
        });
      }
      // Where no line can change, one says what is waited for.
      if (!isTold) process.stderr.write(`waiting for ${state.name}, which ${waits}\n`);
      isTold = true;
      progress.show(`waiting for ${state.name}, which ${waits}`);
      await delay(POLL_MS);
    }
  } finally {
    progress.clear();
  }
}
