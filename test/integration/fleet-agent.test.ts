// The program of a host against the fleet's real server, over HTTPS. Its package system is the real dpkg, with a small database.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeAgentLab } from '../helpers/agent-lab.ts';

test('a host enrols, reports all it has, and then nothing until something changes', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await makeAgentLab(stack);
  const host = lab.addHost('web1');
  const enrolled = await host.enrol(lab.token);
  assert.equal(enrolled.code, 0, enrolled.said);
  assert.match(enrolled.said, /sent: facts\nsent: installed/);
  const row = await lab.hostRow(host.id());
  assert.equal(row?.name, 'web1');
  assert.equal(row?.state, 'enrolled');
  assert.notEqual(row?.installedSet, null);
  assert.equal(statSync(join(host.state, 'key.pem')).mode & 0o777, 0o600);
  assert.ok(!existsSync(join(host.state, 'enrolment-token')));
  assert.match((await host.run(['check-in'])).said, /^sent: summaries\n/);
  const second = await host.run(['check-in']);
  assert.match(second.said, /^nothing new to report\nnext check-in in/);
  assert.equal(second.code, 0);
  assert.match((await host.run(['status'])).said, /last try .*: done: the server has answered/);
});

test('a host without a token waits for a yes, and then goes on by itself', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await makeAgentLab(stack);
  const host = lab.addHost('web2');
  const waits = await host.enrol(undefined);
  assert.match(
    waits.said,
    /waiting: this host waits to be let in \(gutinteg fleet approve .*it came without an enrolment token/,
  );
  await lab.approve(host.id());
  assert.match((await host.run(['check-in'])).said, /sent: facts/);
});

test('why a check-in has failed is told in words, and the next one is not at once', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await makeAgentLab(stack);
  const host = lab.addHost('web3');
  assert.equal((await host.enrol(lab.token)).code, 0);
  const due = (): number => Number(/^\S+ \d+ (\d+) /.exec(readFileSync(join(host.state, 'due'), 'utf8'))?.[1]);
  const uptime = Number(readFileSync('/proc/uptime', 'utf8').split('.')[0]);
  await lab.stop();
  const refused = await host.run(['check-in']);
  assert.match(refused.said, /refused: https:\/\/localhost:\d+ refuses the connection.*gutinteg fleet serve/);
  assert.equal(refused.code, 4);
  assert.ok(due() >= uptime + 150 && due() <= uptime + 330);
  for (let failure = 2; failure <= 7; failure += 1) await host.run(['check-in']);
  assert.ok(due() >= uptime + 3600 && due() <= uptime + 7260);
  assert.match((await host.run(['status'])).said, /failures {2}7 in a row/);
  await lab.start({ otherCertificate: true });
  const stranger = await host.run(['check-in']);
  assert.match(
    stranger.said,
    /certificate: the server's certificate is not vouched for by the pinned certificate.*its key is sha256:/,
  );
  // Waiting does not help.
  assert.equal(stranger.code, 1);
  await lab.stop();
  await lab.start();
  assert.equal((await host.run(['check-in'])).code, 0);
});

test('a copy of a host is found, and becomes a host of its own with a new key', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await makeAgentLab(stack);
  const host = lab.addHost('web4');
  assert.equal((await host.enrol(lab.token)).code, 0);
  const copy = lab.copyHost(host, 'web5');
  assert.equal((await host.run(['check-in'])).code, 0);
  const found = await copy.run(['check-in']);
  assert.match(found.said, /quarantined: .*two machines use its identity.*gutinteg-fleet enrol --new-key/);
  assert.equal(found.code, 1);
  const anew = await copy.run(['enrol', '--new-key', '--token-stdin'], `${lab.token}\n`);
  assert.equal(anew.code, 0, anew.said);
  assert.notEqual(copy.id(), host.id());
  await lab.release(host.id());
  assert.equal((await host.run(['check-in'])).code, 0);
});

test('what is asked of a host is answered once, and its answer kept until it was acknowledged', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await makeAgentLab(stack);
  const host = lab.addHost('web6');
  assert.equal((await host.enrol(lab.token)).code, 0);
  for (const task of [
    { kind: 'files', package: 'dpkg' },
    { kind: 'details', package: 'dpkg' },
    { kind: 'details', package: 'no-such-package' },
    { kind: 'refresh' },
  ] as const)
    await lab.ask(host.id(), task);
  assert.match((await host.run(['check-in'])).said, /tasks answered: 4/);
  const [files, details, missing, refresh] = await lab.answers(host.id());
  assert.equal(files?.kind, 'files');
  const program = files.kind === 'files' ? files.files.find(({ path }) => path === '/usr/bin/dpkg') : undefined;
  assert.deepEqual([program?.type, program?.owner, program?.mode, program?.status], ['file', 'root', '0755', 'ok']);
  assert.equal(details?.kind === 'details' && details.details.name, 'dpkg');
  assert.match(missing?.kind === 'failed' ? missing.message : '', /no-such-package is not installed/);
  assert.equal(refresh?.kind, 'refreshed');
  assert.match((await host.run(['check-in'])).said, /^nothing new to report/);
});

test('a key that is pinned by its fingerprint is enough, and another is refused', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await makeAgentLab(stack);
  const host = lab.addHost('web7');
  const wrong = await host.run(
    ['enrol', '--server', lab.url, '--fingerprint', `sha256:${'0'.repeat(64)}`, '--token-stdin'],
    lab.token,
  );
  assert.match(wrong.said, /the server's key is sha256:.* is the one that this host was told/);
  assert.equal(wrong.code, 1);
  const right = await host.run(['enrol', '--server', lab.url, '--fingerprint', lab.pin]);
  assert.equal(right.code, 0, right.said);
  writeFileSync(join(host.state, 'server.json'), '{"url": "http://example.org"}');
  const spoiled = await host.run(['check-in']);
  assert.match(spoiled.said, /server\.json.*is no https:\/\/ address/s);
  assert.equal(spoiled.code, 2);
});
