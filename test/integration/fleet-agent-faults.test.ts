// What a host keeps, at every moment at which it may be killed or its disk be full, and however often its answers are lost.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { runCheckIn } from '../../fleet-agent/exchange/run-check-in.ts';
import { readLedger } from '../../fleet-agent/state/ledger.ts';
import type { FleetClient } from '../../fleet-agent/wire/fleet-client.ts';
import { ServerAwayError } from '../../contract/fleet/connection/server-away.ts';
import { runCommand } from '../../lib/run-command.ts';
import { makeAgentLab } from '../helpers/agent-lab.ts';
import type { AgentHost } from '../helpers/agent-program.ts';
import type { FaultyCheckIn, FaultyCheckInResult } from '../helpers/check-in-with-fault.ts';
import type { Fault } from '../helpers/faults.ts';
import { FaultyProgram } from '../helpers/faulty-program.ts';
import { standInContext, standInSystem } from '../helpers/stand-in-system.ts';

type Lab = Awaited<ReturnType<typeof makeAgentLab>>;
const NO_FAULT = { kind: 'none', at: 0 } as const;

/** A host that is let in, and its check-ins. */
async function begin(stack: AsyncDisposableStack, lab: Lab, name: string) {
  const host = lab.addHost(name);
  const certificate = readFileSync(lab.certificate, 'utf8');
  const program = new FaultyProgram<FaultyCheckIn, FaultyCheckInResult>('check-in-with-fault.ts', [
    host.state,
    lab.url,
    certificate,
    name,
  ]);
  stack.use(program);
  writeFileSync(join(host.state, 'enrolment-token'), lab.token, { mode: 0o600 });
  const first = await program.run({ fault: NO_FAULT, versions: ['1', '1'] });
  assert.deepEqual([first?.outcome, first?.message], ['done', 'the server has answered']);
  return { host, program };
}

/** Each fault comes in a check-in that has a task to answer and a list to report; the next one makes up for it. */
async function tryEachFault(kind: Fault['kind']): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const lab = await makeAgentLab(stack);
  const { host, program } = await begin(stack, lab, `host-${kind.toLowerCase()}`);
  const key = readFileSync(join(host.state, 'key.pem'), 'utf8');
  let at = 0;
  for (let isOver = false; !isOver;) {
    at += 1;
    await lab.ask(host.id(), { kind: 'details', package: `lab-${at % 2}` });
    const versions = [String(at), '1'];
    const faulty = await program.run({ fault: { kind, at }, versions });
    isOver = faulty !== undefined && faulty.calls < at;
    const next = await program.run({ fault: NO_FAULT, versions });
    assert.equal(next?.outcome, 'done', `after ${kind} at call ${at}: ${next?.message}`);
    assert.equal(readFileSync(join(host.state, 'key.pem'), 'utf8'), key);
    await requireAllTold(lab, host, at);
  }
  assert.ok(at > 20, `only ${at} calls were tried`);
}

async function requireAllTold(lab: Lab, host: AgentHost, asked: number): Promise<void> {
  const row = await lab.hostRow(host.id());
  assert.deepEqual([row?.state, row?.reason], ['enrolled', '']);
  assert.ok(row !== undefined);
  assert.equal(row.installedDigest, row.announcedInstalled, 'the list was reported');
  assert.equal(row.tasksOpen, 0);
  const answers = await lab.answers(host.id());
  assert.ok(answers.length === Math.min(asked, 50) && answers.every(({ kind }) => kind === 'details'));
}

test('a host that is killed at any call that changes a file repeats, and loses nothing', () => tryEachFault('kill'));

test('a disk that is full at any call costs a repetition', () => tryEachFault('ENOSPC'));

test('whatever is lost or comes twice on the way, each task is answered once and each list reported', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await makeAgentLab(stack);
  const steps = fc.array(
    fc.record({
      asks: fc.nat(2),
      version: fc.nat(3),
      fates: fc.array(fc.constantFrom('arrives', 'is lost', 'answer is lost', 'comes twice'), {
        minLength: 4,
        maxLength: 4,
      }),
    }),
    { minLength: 1, maxLength: 6 },
  );
  let number = 0;
  const property = fc.asyncProperty(steps, async (all) => {
    number += 1;
    await followFates(lab, `host-${number}`, all);
  });
  await fc.assert(property, { numRuns: 12, endOnFailure: true });
});

type Fate = 'arrives' | 'is lost' | 'answer is lost' | 'comes twice';
type Step = { readonly asks: number; readonly version: number; readonly fates: readonly Fate[] };

async function followFates(lab: Lab, name: string, steps: readonly Step[]): Promise<void> {
  const host = lab.addHost(name);
  const place = { state: host.state, url: lab.url, certificate: readFileSync(lab.certificate, 'utf8'), name };
  writeFileSync(join(host.state, 'enrolment-token'), lab.token, { mode: 0o600 });
  const checkIn = async (version: number, fates: readonly Fate[]): Promise<string> => {
    writeFileSync(`${host.state}.stamp`, String(version));
    const context = standInContext(place, standInSystem([String(version), '1'], `${host.state}.stamp`));
    using client = context.client;
    const ending = await runCheckIn({ ...context, client: withFates(client, [...fates]) }).catch((error: unknown) => {
      assert.ok(error instanceof ServerAwayError, String(error));
      return { kind: 'away' };
    });
    return ending.kind;
  };
  assert.equal(await checkIn(0, []), 'done');
  let asked = 0;
  for (const { asks, version, fates } of steps) {
    for (let more = 0; more < asks; more += 1) await lab.ask(host.id(), { kind: 'details', package: 'lab-0' });
    asked += asks;
    await checkIn(version, fates);
  }
  assert.equal(await checkIn(steps.at(-1)?.version ?? 0, []), 'done');
  await requireAllTold(lab, host, asked);
}

/** Each request meets the next fate; when there are no more, all is well. */
function withFates(client: FleetClient, fates: Fate[]): FleetClient {
  const meet = async <T>(send: () => Promise<T>): Promise<T> => {
    const fate = fates.shift() ?? 'arrives';
    if (fate === 'is lost') throw new ServerAwayError('cut', 'the request was lost');
    if (fate === 'comes twice') await send();
    const answer = await send();
    if (fate === 'answer is lost') throw new ServerAwayError('cut', 'the answer was lost');
    return answer;
  };
  return {
    ...client,
    enrol: (enrolment) => meet(() => client.enrol(enrolment)),
    checkIn: (checkIn) => meet(() => client.checkIn(checkIn)),
    sendDocument: (document) => meet(() => client.sendDocument(document)),
  };
}

test('a host whose disk is full goes on reporting, and says so', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await makeAgentLab(stack);
  const host = lab.addHost('full');
  await runCommand(['mount', '-t', 'tmpfs', '-o', 'size=100k,mode=700', 'full', host.state]);
  stack.defer(async () => void (await runCommand(['umount', host.state])));
  assert.equal((await host.enrol(lab.token)).code, 0);
  const paths = { ledger: join(host.state, 'ledger') };
  const token = readLedger(paths.ledger)?.token;
  mkdirSync(join(host.state, 'others'));
  assert.throws(() => {
    for (let file = 0; ; file += 1) writeFileSync(join(host.state, 'others', String(file)), Buffer.alloc(1024));
  }, /ENOSPC/);
  await lab.ask(host.id(), { kind: 'refresh' });
  const full = await host.run(['check-in']);
  assert.equal(full.code, 0, full.said);
  assert.notEqual(readLedger(paths.ledger)?.token, token);
  const row = await lab.hostRow(host.id());
  assert.match(row?.factsJson ?? '', /less than 64 kB are free for the state of gutinteg-fleet/);
  // The task could not be put down, so it was not acknowledged.
  assert.equal(row?.tasksOpen, 1);
  await runCommand(['rm', '-r', join(host.state, 'others')]);
  assert.equal((await host.run(['check-in'])).code, 0);
  assert.equal((await lab.hostRow(host.id()))?.tasksOpen, 0);
});
