// What a simulated host does after an answer. In: the answer, how the host behaves. Out: what follows, as data.
// Never: I/O; how a document looks; what becomes of an order (plan-order.ts). A new kind of task is a new line of `answers`.
import type { CheckInAnswer, Wanted } from '../../contract/fleet/check-in.ts';
import type { Message, Task } from '../../contract/fleet/tasks.ts';
import type { OrderTask } from './carry-out-orders.ts';
import type { Fates } from './decide-fate.ts';

/** Shares are from 0 to 1. */
export type Behaviour = Fates & {
  /** Of check-ins before which a package was upgraded. */
  readonly changes: number;
  /** Of questions that could not be answered. */
  readonly failures: number;
  /** It says what packages are. On a server with other hosts it does not: their descriptions must not be made up. */
  readonly describes: boolean;
};

export const quietBehaviour: Behaviour = {
  changes: 0.02,
  failures: 0,
  describes: false,
  failing: 0,
  silent: 0,
  takesSeconds: 60,
};

type PlannedMessage = (seq: number) => Message;

export type Reaction = {
  readonly documents: readonly Wanted[];
  /** The number of the last task that is put down; undefined when none came. */
  readonly putDown?: number;
  readonly messages: readonly PlannedMessage[];
  readonly orders: readonly OrderTask[];
  readonly waitSeconds: number;
  /** There is something to say already: it comes again at once, as a real host does. */
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
  const orders = fresh.filter((task) => task.kind === 'order');
  const messages = fresh
    .filter((task) => task.kind !== 'order')
    .map((task) => answerTask(task, chance() < behaviour.failures));
  const last = fresh.at(-1);
  return {
    documents: want,
    ...(last === undefined ? {} : { putDown: last.seq }),
    messages,
    orders,
    waitSeconds: next,
    again: messages.length > 0,
  };
}

type Question = Exclude<Task, { kind: 'order' }>;

const answerTask = (task: Question, fails: boolean): PlannedMessage => {
  if (fails) return (seq) => ({ seq, task: task.seq, kind: 'failed', message: 'this simulated host could not do it' });
  return answers[task.kind](task);
};

const answers: Readonly<Record<Question['kind'], (task: Question) => PlannedMessage>> = {
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
