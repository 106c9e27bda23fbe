import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as assertProperty, integer, property, record } from 'fast-check';
import type { Action } from '../../../contract/fleet/jobs/action.ts';
import { samplePlan } from '../jobs/sample-job.ts';
import { planLines } from './plan-text.ts';
import { collectPlans, sumOf } from './summarize-plans.ts';
import type { Plan } from './summarize-plans.ts';

const change = (name: string, before: string | null, after: string | null) => ({ name, arch: 'amd64', before, after });
const limits = { most: 20, more: 'gutinteg fleet job 7 --plan' };
const upgrade = { do: 'upgrade', security: false, except: [] } satisfies Action;

function summaryOf(action: Action, plans: readonly Plan[]) {
  const { add, summary } = collectPlans(action);
  for (const plan of plans) add([plan]);
  return summary();
}

const linesOf = (...plans: readonly Plan[]) => planLines(summaryOf(upgrade, plans), limits);

test('what is dangerous comes first, and the same on many kinds of hosts is one line', () => {
  const lines = linesOf(
    samplePlan({ hosts: 108_000, changes: [change('openssl', '3.0.9-1', '3.0.11-1')] }),
    samplePlan({
      hosts: 300,
      changes: [change('openssl', '3.0.9-1', '3.0.11-1'), change('libold', '1.2', null), change('libnew', null, '2.0')],
      stays: [{ name: 'nginx', why: 'held' }],
    }),
    samplePlan({ hosts: 45, changes: [], askedOf: 'db1' }),
    samplePlan({
      hosts: 12,
      state: 'refused',
      changes: [],
      askedOf: 'old9',
      text: 'E: Unmet dependencies.\n libfoo : Depends: bar',
    }),
  );
  assert.deepEqual(lines, [
    'NOT POSSIBLE on 12 hosts:',
    '  12 hosts such as old9: E: Unmet dependencies.',
    '     libfoo : Depends: bar',
    'GOES AS WELL, as it cannot stay:',
    '  libold  1.2 goes  300 hosts',
    'STAYS as it is:',
    '  nginx  held  300 hosts',
    'Changes:',
    '  openssl  3.0.9-1 -> 3.0.11-1  108,300 hosts',
    '  libnew   new, 2.0             300 hosts',
    'Nothing to do on 45 hosts, such as db1.',
  ]);
});

test('hosts that refuse with the same words are one line', () => {
  const refused = samplePlan({ hosts: 2, state: 'refused', changes: [], askedOf: 'old1', text: 'E: held' });
  const lines = linesOf(refused, { ...refused, hosts: 3, askedOf: 'old4' });
  assert.deepEqual(lines, ['NOT POSSIBLE on 5 hosts:', '  5 hosts such as old1: E: held']);
});

test('a removal names apart what nobody has named', () => {
  const plans = [samplePlan({ changes: [change('jq', '1.6', null), change('needs-jq', '1', null)] })];
  const summary = summaryOf({ do: 'remove', packages: [{ name: 'jq' }], purge: false }, plans);
  assert.deepEqual(
    summary.alsoRemoved.map(({ name }) => name),
    ['needs-jq'],
  );
  assert.deepEqual(
    summary.changes.map(({ name }) => name),
    ['jq'],
  );
});

test('of two architectures, each is told apart, and one that nobody has named is said', () => {
  const i386 = { ...change('libc6', '2', null), arch: 'i386' };
  const remove: Action = { do: 'remove', packages: [{ name: 'libc6', arch: 'i386' }], purge: false };
  assert.deepEqual(
    planLines(summaryOf(remove, [samplePlan({ hosts: 1, changes: [change('libc6', '2', null), i386] })]), limits),
    ['GOES AS WELL, as it cannot stay:', '  libc6  2 goes  1 host', 'Changes:', '  libc6  2 goes  1 host'],
  );
  assert.deepEqual(
    linesOf(
      samplePlan({ hosts: 1, changes: [change('zlib', '1', '2'), { ...change('zlib', '1', '2'), arch: 'i386' }] }),
    ),
    ['Changes:', '  zlib:amd64  1 -> 2  1 host', '  zlib:i386   1 -> 2  1 host'],
  );
});

test('a fleet stays readable, and what is left out is counted', () => {
  const changes = Array.from({ length: 400 }, (_, index) => change(`p${index}`, '1', '2'));
  const lines = linesOf(samplePlan({ changes }));
  assert.equal(lines.length, 22);
  assert.equal(lines.at(-1), '  380 more lines: gutinteg fleet job 7 --plan');
});

test('no host is lost or counted twice', () => {
  const plan = record({ hosts: integer({ min: 1, max: 1000 }), version: integer({ min: 1, max: 3 }) });
  assertProperty(
    property(array(plan), (each) => {
      const plans = each.map(({ hosts, version }) =>
        samplePlan({ hosts, changes: [change('jq', '0', String(version))] }),
      );
      const counted = sumOf(summaryOf(upgrade, plans).changes);
      return counted === each.reduce((sum, { hosts }) => sum + hosts, 0);
    }),
  );
});
