import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperationError } from '../../../fleet/operations/operation-error.ts';
import { standInClient } from '../../../fleet/testing/stand-in-client.ts';
import { collectPlans } from '../output/summarize-plans.ts';
import { judgePlan } from './judge-plan.ts';
import { sampleCounts, sampleJob, samplePlan } from './sample-job.ts';
import { settlePlan } from './settle-plan.ts';
import type { Consent } from './settle-plan.ts';

const changing = samplePlan({ hosts: 3 });
const asWanted = samplePlan({ hosts: 2, changes: [] });
const refusing = samplePlan({ hosts: 4, state: 'refused', changes: [], text: 'held broken packages' });

function planned(job: ReturnType<typeof sampleJob>) {
  const { add, summary } = collectPlans(job.action);
  add(job.plans);
  return { job, summary: summary() };
}

function judge(of: ReturnType<typeof sampleJob>) {
  const { job, summary } = planned(of);
  return judgePlan(job, summary);
}

type Case = {
  readonly name: string;
  readonly plans: readonly ReturnType<typeof samplePlan>[];
  readonly consent?: Partial<Consent>;
  /** What is asked of the server. */
  readonly does: 'approve' | 'approve without them' | 'cancel' | 'nothing';
  readonly said: RegExp;
};

const no = (): Promise<boolean> => Promise.resolve(false);
const yes = (): Promise<boolean> => Promise.resolve(true);

const cases: readonly Case[] = [
  { name: 'nobody can answer', plans: [changing], does: 'nothing', said: /To go on: gutinteg fleet approve 7\. / },
  { name: 'a yes', plans: [changing], consent: { ask: yes }, does: 'approve', said: /is approved/ },
  { name: 'a no', plans: [changing], consent: { ask: no }, does: 'nothing', said: /stays planned/ },
  { name: '--yes', plans: [changing, asWanted], consent: { yes: true }, does: 'approve', said: /is approved/ },
  { name: '--dry-run', plans: [changing], consent: { yes: true, isDryRun: true }, does: 'cancel', said: /a dry run/ },
  { name: 'all as wanted', plans: [asWanted], consent: { yes: true }, does: 'cancel', said: /nothing to do/ },
  {
    name: 'only some can, and a person agrees',
    plans: [changing, refusing],
    consent: { ask: yes },
    does: 'approve without them',
    said: /is approved/,
  },
  {
    name: 'only some can, and --yes was not meant for that',
    plans: [changing, refusing],
    consent: { yes: true },
    does: 'nothing',
    said: /4 hosts cannot do it.*approve 7 --despite-refusals/s,
  },
  {
    name: 'only some can, and --despite-refusals',
    plans: [changing, refusing],
    consent: { yes: true, despiteRefusals: true },
    does: 'approve without them',
    said: /is approved/,
  },
  { name: 'none can', plans: [refusing], consent: { ask: yes }, does: 'cancel', said: /no host can do it/ },
  { name: 'some are as wanted, the others cannot', plans: [asWanted, refusing], does: 'cancel', said: /no host can/ },
];

for (const { name, plans, consent, does, said } of cases) {
  test(`${name}: ${does}`, async () => {
    const { client, asked } = standInClient({
      'approve-job': () => ({ state: 'approved' }),
      'control-job': () => ({ state: 'cancelled' }),
    });
    const lines: string[] = [];
    const given = { yes: false, despiteRefusals: false, isDryRun: false, ask: undefined, ...consent };
    await settlePlan(
      { client, tell: (line) => void lines.push(line) },
      planned(sampleJob({ plans: [...plans] })),
      given,
    ).catch((error: unknown) => void lines.push(String(error), String((error as { hint?: string }).hint)));
    assert.match(lines.join('\n'), said);
    assert.deepEqual(
      asked.map(([operation, input]) => [operation, doneBy(input)]),
      {
        approve: [['approve-job', false]],
        'approve without them': [['approve-job', true]],
        cancel: [['control-job', 'cancel']],
        nothing: [],
      }[does],
    );
  });
}

const doneBy = (input: unknown): unknown => {
  const { despiteRefusals, command } = input as { despiteRefusals?: boolean; command?: string };
  return command ?? despiteRefusals;
};

test('whoever may not approve is told who goes on, and how', async () => {
  const denied = new OperationError('denied', 'approve-job needs the role approver; oli is operator');
  const { client } = standInClient({
    'approve-job': () => {
      throw denied;
    },
  });
  const consent = { yes: true, despiteRefusals: false, isDryRun: false, ask: undefined };
  const settled = settlePlan({ client, tell: () => {} }, planned(sampleJob()), consent);
  await assert.rejects(settled, {
    message: `${denied.message}; nothing was changed, and job 7 stays planned`,
    hint: 'somebody who may approve types: gutinteg fleet approve 7',
  });
});

test('hosts that have not reported yet are not taken for hosts as wanted', () => {
  const plans = [asWanted];
  assert.equal(judge(sampleJob({ plans, total: 3 })).kind, 'open');
  assert.equal(judge(sampleJob({ plans: [], total: 3 })).kind, 'open');
  assert.equal(judge(sampleJob({ plans })).kind, 'nothing');
});

test('hosts that were refused when the job was made are not asked about, and not forgotten', () => {
  const counts = sampleCounts({ waiting: 3, refused: 2 });
  const verdict = judge(sampleJob({ plans: [changing], total: 5, counts }));
  const question = 'upgrade jq on 3 hosts, and leave out 2 hosts';
  assert.deepEqual(verdict, { kind: 'open', leavesOut: false, question });
  const none = sampleJob({ plans: [], total: 2, counts: sampleCounts({ refused: 2 }) });
  assert.equal(judge(none).kind, 'impossible');
});

test('what cannot be foreseen is approved without a plan', async () => {
  const { client } = standInClient({ 'approve-job': () => ({ state: 'running' }) });
  const job = sampleJob({ action: { do: 'repair' }, plans: [], total: 5 });
  const questions: string[] = [];
  const ask = (question: string) => {
    questions.push(question);
    return yes();
  };
  const consent = { yes: false, despiteRefusals: false, isDryRun: false, ask };
  assert.equal(await settlePlan({ client, tell: () => {} }, planned(job), consent), 'approved');
  assert.deepEqual(questions, ['upgrade jq on 5 hosts']);
});
