// A server that is killed when it has done what a host asked and has not said so, and a network that loses, cuts, doubles and reorders
// what both say. The server and its commands are programs; the proxy between them is real. Nothing is lost, nothing is done
// twice, and nobody is taken for a copy.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tryCheckIn } from '../../fleet-agent/exchange/try-check-in.ts';
import { makeFleetProgram } from '../helpers/fleet-program.ts';
import { howMany } from '../helpers/how-many.ts';
import { fates, startLossyProxy } from '../helpers/lossy-proxy.ts';
import type { Fate } from '../helpers/lossy-proxy.ts';
import { seededRandom } from '../helpers/seeded-random.ts';
import { standInContext, standInSystem } from '../helpers/stand-in-system.ts';

type Shown = {
  readonly state: string;
  readonly events: readonly { readonly text: string }[];
  readonly tasks: readonly { readonly state: string }[];
  readonly findings: readonly unknown[];
  readonly installed?: number;
};

async function makeLab(stack: AsyncDisposableStack) {
  const fleet = await makeFleetProgram(stack, { days: 90 });
  const network = { nextFate: (): Fate => 'arrives', whenDone: async (): Promise<void> => {} };
  const port = await startLossyProxy(stack, {
    key: fleet.key,
    certificate: fleet.certificate,
    serverPort: fleet.port,
    nextFate: () => network.nextFate(),
    whenDone: () => network.whenDone(),
  });
  const show = async (name: string): Promise<Shown> =>
    JSON.parse((await fleet.cli(['show', name, '--json'])).said) as Shown;
  return { fleet, network, url: `https://localhost:${port}`, token: await fleet.makeToken(), show };
}

/** The request of this number, counted from 1, is the last that the server does before it is killed. */
function killAt(lab: Awaited<ReturnType<typeof makeLab>>, number: number): { readonly isKilled: () => boolean } {
  let [seen, isKilled] = [0, false];
  lab.network.nextFate = () => ((seen += 1) === number ? 'its answer is lost' : 'arrives');
  lab.network.whenDone = async () => {
    await lab.fleet.kill();
    isKilled = true;
  };
  return { isKilled: () => isKilled };
}

test('a server that is killed between doing and acknowledging has done it once', async (context) => {
  await using stack = new AsyncDisposableStack();
  const lab = await makeLab(stack);
  const { fleet } = lab;
  let number = 1;
  for (; ; number += 1) {
    const name = `web${number}`;
    const host = fleet.addHost(name, { url: lab.url });
    const { isKilled } = killAt(lab, number);
    const first = await host.enrol(lab.token);
    if (!isKilled()) break;
    assert.match(
      first.said,
      /^cut: https:\/\/localhost:\d+ ended the connection before it had answered.*\nnext check-in in \d+ (?:s|min)$/m,
    );
    assert.equal(first.code, 4);
    await fleet.start();
    const next = await host.run(['check-in']);
    assert.equal(next.code, 0, next.said);
    const { state, events, findings, installed } = await lab.show(name);
    assert.deepEqual([state, findings, installed], ['enrolled', [], 1]);
    assert.deepEqual(
      events.map(({ text }) => text),
      ['enrolled with a token'],
    );
  }
  context.diagnostic(`${number - 1} requests of a first check-in`);
  assert.ok(number > 4, 'enrolment, check-in, facts and a list at least');
});

test('an answer of a host whose acknowledgement is lost with the server is stored once', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await makeLab(stack);
  const { fleet } = lab;
  const host = fleet.addHost('web1', { url: lab.url });
  assert.equal((await host.enrol(lab.token)).code, 0);
  // What packages are is asked once.
  assert.match((await host.run(['check-in'])).said, /^sent: summaries$/m);
  const asked = await fleet.cli(['details', 'dpkg', 'web1', '--no-wait']);
  assert.equal(asked.code, 0, asked.said);
  // The first request fetches the task, the second brings its answer.
  killAt(lab, 2);
  const cut = await host.run(['check-in']);
  assert.equal(cut.code, 4);
  const status = await host.run(['status']);
  assert.match(status.said, /^last try .*: cut: /m);
  assert.match(status.said, /^answers {3}1, which the server has not acknowledged$/m);
  await fleet.start();
  assert.match((await fleet.cli(['task', '1'])).said, /^details of web1, asked .* ago: done\ndpkg /);
  assert.equal((await host.run(['check-in'])).code, 0);
  assert.doesNotMatch((await host.run(['status'])).said, /^answers/m);
  const { tasks, state } = await lab.show('web1');
  assert.deepEqual([state, tasks.map((task) => task.state)], ['enrolled', ['done']]);
});

test('over a network that loses, cuts, doubles and reorders, each list arrives and each task is answered once', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await makeLab(stack);
  const { fleet, network } = lab;
  const name = 'lossy';
  const state = join(fleet.root, name);
  mkdirSync(state, { mode: 0o700 });
  writeFileSync(join(state, 'enrolment-token'), lab.token, { mode: 0o600 });
  const certificate = readFileSync(fleet.certificate, 'utf8');
  const checkIn = async (versions: readonly string[]): Promise<string> => {
    writeFileSync(`${state}.stamp`, versions.join(' '));
    const context = standInContext(
      { state, url: lab.url, certificate, name },
      standInSystem(versions, `${state}.stamp`),
    );
    using _client = context.client;
    return (await tryCheckIn(context)).outcome;
  };
  const random = seededRandom('a lossy network');
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  const seen: Record<string, number> = {};
  network.nextFate = () => {
    const fate = random() < 0.4 ? 'arrives' : (pick(fates) ?? 'arrives');
    seen[fate] = (seen[fate] ?? 0) + 1;
    return fate;
  };
  const outcomes: string[] = [];
  let asked = 0;
  const rounds = howMany({ few: 60, all: 600 });
  for (let round = 0; round < rounds; round += 1) {
    if (round % 8 === 7 && (await fleet.cli(['hosts', name])).said.includes('enrolled')) {
      assert.equal((await fleet.cli(['details', 'lab-0', name, '--no-wait'])).code, 0);
      asked += 1;
    }
    outcomes.push(await checkIn([String(Math.floor(round / 3)), '1']));
  }
  assert.deepEqual(
    outcomes.filter((outcome) => !['done', 'cut'].includes(outcome)),
    [],
  );
  for (const fate of fates) assert.ok((seen[fate] ?? 0) > 1, `${fate}: ${seen[fate]}`);
  network.nextFate = () => 'arrives';
  assert.equal(await checkIn(['last', '1']), 'done');
  const shown = await lab.show(name);
  assert.deepEqual([shown.state, shown.installed, shown.tasks.length], ['enrolled', 2, Math.min(asked, 10)]);
  assert.ok(shown.tasks.every((task) => task.state === 'done'));
  assert.deepEqual(
    shown.events.map(({ text }) => text),
    ['enrolled with a token'],
  );
  const packages = await fleet.cli(['packages', '--host', name]);
  assert.match(packages.said, /^lab-0 .*\blast\b/m);
});
