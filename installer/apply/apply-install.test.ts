import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InstallEvent } from '../../contract/events.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { applyInstall } from './apply-install.ts';
import type { InstallStep } from '../plan/install-step.ts';
import type { InstallPlan } from '../plan/plan-install.ts';
import { machine } from '../../partition-specs/testing/disk.ts';
import { createProgress } from './report-progress.ts';

const command = (name: string, phase: 'partition' | 'format' | 'finish', destroys: boolean): InstallStep => {
  return { phase, kind: 'command', argv: [name], destroys, why: name };
};

async function apply(steps: readonly InstallStep[], run: RunCommand) {
  const events: InstallEvent[] = [];
  const lines: string[] = [];
  let firstWrites = 0;
  const progress = createProgress({
    print: (line) => lines.push(line),
    now: () => 1000,
    send: async (sent) => void events.push(...sent),
  });
  const plan = { steps, layout: { disks: [] } } as unknown as InstallPlan;
  const tree = { entries: [], images: [], rawBytes: 0, notices: [], sharedPaths: [] };
  const work = applyInstall(plan, tree, {
    run,
    progress,
    fetcher: async () => new Uint8Array(),
    readFacts: async () => machine(),
    saveDisks: async () => undefined,
    onFirstWrite: () => (firstWrites += 1),
    keepDescription: async () => undefined,
    identity: { serverUrl: 'http://s', mac: 'm', consoles: [], token: 't', publicKeys: [] },
  });
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  await progress.flush();
  return { error, events, lines, firstWrites, step: progress.currentStep() };
}

test('commands run in order, phases are told, the first write is told once', async () => {
  const ran: string[] = [];
  const steps = [command('a', 'partition', false), command('b', 'partition', true), command('c', 'format', true)];
  const result = await apply(steps, async ([name]) => {
    ran.push(name);
    return { exitCode: 0, stdout: '', stderr: '' };
  });
  assert.deepEqual(ran, ['a', 'b', 'c']);
  assert.equal(result.firstWrites, 1);
  assert.deepEqual(
    result.events.map((event) => ('step' in event ? `${event.kind} ${event.step}` : event.kind)),
    ['step-started partition', 'step-finished partition', 'step-started format', 'step-finished format'],
  );
});

test('nothing runs after a command that failed, and the step is known', async () => {
  const ran: string[] = [];
  const steps = [command('a', 'partition', false), command('b', 'format', true), command('c', 'finish', false)];
  const result = await apply(steps, async ([name]) => {
    ran.push(name);
    if (name === 'b') throw new Error('disk on fire');
    return { exitCode: 0, stdout: '', stderr: '' };
  });
  assert.deepEqual(ran, ['a', 'b']);
  assert.match(String(result.error), /disk on fire/);
  assert.equal(result.step, 'format');
});

test('a command for a device that is not there is skipped, and one that finds nothing to do goes by; both are said', async () => {
  const ran: string[] = [];
  const steps: InstallStep[] = [
    { phase: 'partition', kind: 'command', argv: ['a'], destroys: true, why: '', onlyIfThere: '/dev/no-such-device' },
    { phase: 'partition', kind: 'command', argv: ['b'], destroys: true, why: '', onlyIfThere: '/dev/null' },
    { phase: 'partition', kind: 'command', argv: ['c'], destroys: false, why: '', nothingToDo: [1] },
  ];
  const result = await apply(steps, async ([name], options) => {
    ran.push(name);
    assert.deepEqual(options?.okExitCodes, name === 'c' ? [0, 1] : [0]);
    return { exitCode: name === 'c' ? 1 : 0, stdout: '', stderr: 'no partitions\n' };
  });
  assert.deepEqual([result.error, ran], [undefined, ['b', 'c']]);
  const said = result.lines.join('\n');
  assert.match(said, /skipped: a: the kernel shows no \/dev\/no-such-device/);
  assert.match(said, /nothing to do: c: no partitions/);
  assert.doesNotMatch(said, /: b:/);
});

test('a table that is not in the plan is an error before anything is read', async () => {
  const result = await apply([{ phase: 'partition', kind: 'verify-table', disk: '/dev/sdx', why: 'x' }], async () => {
    throw new Error('must not run');
  });
  assert.match(String(result.error), /the plan has no disk \/dev\/sdx/);
});

test('events that cannot be delivered do not stop an installation', async () => {
  const lines: string[] = [];
  const progress = createProgress({
    print: (line) => lines.push(line),
    now: () => 0,
    send: async () => {
      throw new Error('server away');
    },
  });
  assert.equal(await progress.step('files', 'why', async () => 7), 7);
  progress.bytes(50, 100);
  await progress.flush();
  assert(lines.some((line) => line.includes('server away')));
  assert(lines.some((line) => line.includes('files: 50 % 50 bytes of 100 bytes')));
});
