// What a simulated host does after an answer. In: the answer, how the host behaves. Out: what follows, as data.
// Never: I/O; how a document looks. A new kind of task is a new line of `answers`.
import type { CheckInAnswer, Wanted } from '../../contract/fleet/check-in.ts';
import type { OrderResult } from '../../contract/fleet/jobs/order-report.ts';
import type { Message, Task } from '../../contract/fleet/tasks.ts';

/** Shares are from 0 to 1. */
export type Behaviour = {
  /** Of check-ins before which a package was upgraded. */
  readonly changes: number;
  /** Of tasks that could not be done. */
  readonly failures: number;
  /** It says what packages are. On a server with other hosts it does not: their descriptions must not be made up. */
  readonly describes: boolean;
};

export const quietBehaviour: Behaviour = { changes: 0.02, failures: 0, describes: false };

type PlannedMessage = (seq: number) => Message;

export type Reaction = {
  readonly documents: readonly Wanted[];
  /** The number of the last task that is put down; undefined when none came. */
  readonly putDown?: number;
  readonly messages: readonly PlannedMessage[];
  readonly waitSeconds: number;
  /** There is something to say: it comes again at once, as a real host does. */
  readonly again: boolean;
};

/** @param chance from 0 to below 1, anew at each call */
export function planReaction(
  { want = [], tasks = [], next }: CheckInAnswer,
  putDown: number,
  { behaviour, chance }: { readonly behaviour: Behaviour; readonly chance: () => number },
): Reaction {
  // A task that comes twice is done once.
  const fresh = tasks.filter(({ seq }) => seq > putDown);
  const messages = fresh.map((task) => answerTask(task, chance() < behaviour.failures));
  const last = fresh.at(-1);
  return {
    documents: want,
    ...(last === undefined ? {} : { putDown: last.seq }),
    messages,
    waitSeconds: next,
    again: messages.length > 0,
  };
}

const answerTask = (task: Task, fails: boolean): PlannedMessage => {
  if (fails) return (seq) => ({ seq, task: task.seq, kind: 'failed', message: 'this simulated host could not do it' });
  return answers[task.kind](task);
};

const answers: Readonly<Record<Task['kind'], (task: Task) => PlannedMessage>> = {
  refresh:
    ({ seq: task }) =>
    (seq) => ({ seq, task, kind: 'refreshed' }),
  files:
    ({ seq: task }) =>
    (seq) => ({ seq, task, kind: 'files', files: [], total: 0 }),
  details:
    ({ seq: task, ...asked }) =>
    (seq) => ({ seq, task, kind: 'details', details: detailsOf('package' in asked ? asked.package : '') }),
  sources:
    ({ seq: task }) =>
    (seq) => ({ seq, task, kind: 'sources', sources: [] }),
  order:
    ({ seq: task }) =>
    (seq) => ({ seq, task, kind: 'order-ended', result: REFUSED }),
};

/** A host without packages changes none, and says so: a job that meets it is not told that it was done. */
const REFUSED: OrderResult = {
  outcome: 'refused',
  text: 'this host is simulated and changes nothing',
  changes: [],
  keptConfiguration: [],
  recovered: false,
  health: [],
  output: '',
};

const detailsOf = (name: string) => ({
  name,
  version: '1',
  architecture: 'all',
  summary: 'of a simulated host',
  description: '',
  class: '',
  vendor: '',
  installedBytes: 0,
});
