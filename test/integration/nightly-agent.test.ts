// The agent replaces itself: with real packages, real processes, and agents that are broken in several ways.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeNightlyLab } from './nightly-lab.ts';
import type { NightlyLab } from './nightly-lab.ts';

const pointers = ({ root }: NightlyLab) => {
  const read = (name: string): string | undefined => {
    const path = join(root, 'usr/lib/gutinteg', name);
    return existsSync(path) ? readlinkSync(path).replace('versions/', '') : undefined;
  };
  return { current: read('current'), previous: read('previous') };
};
const versions = ({ root }: NightlyLab): string[] => readdirSync(join(root, 'usr/lib/gutinteg/versions')).sort();

async function adopted(stack: AsyncDisposableStack): Promise<NightlyLab> {
  const lab = await makeNightlyLab(stack);
  const { exitCode, stdout, stderr } = await lab.adopt();
  assert.equal(exitCode, 0, stdout + stderr);
  return lab;
}

async function run(lab: NightlyLab, exitCode: number, said: RegExp): Promise<string> {
  const done = await lab.agent([]);
  assert.match(done.stdout + done.stderr, said);
  assert.equal(done.exitCode, exitCode, done.stdout + done.stderr);
  return done.stdout + done.stderr;
}

/** Says on standard error which agent runs; a self-test passes it by. */
const announcing = (name: string): string => `process.argv[2] !== 'self-test' && console.error('I am ${name}');\n`;

test('a new agent is laid down by the old one, tested, and runs the next time', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await adopted(stack);
  await run(lab, 0, /agent one is current from the next run on|0 paths changed/);
  assert.deepEqual(pointers(lab), { current: 'one', previous: undefined });
  await lab.publishAgent('two', { before: announcing('two') });
  const update = await run(lab, 0, /replaced \/usr\/lib\/gutinteg\/agent\/agent\.mjs: new version in gutinteg-agent/);
  assert.match(update, /agent two is current from the next run on/);
  assert.doesNotMatch(update, /I am two/);
  assert.deepEqual(pointers(lab), { current: 'two', previous: 'one' });
  assert.match(await run(lab, 0, /I am two/), /^0 paths changed/m);
  await lab.publishAgent('three', { before: announcing('three') });
  await run(lab, 0, /I am two/);
  assert.match(await run(lab, 0, /I am three/), /^0 paths changed/m);
  assert.deepEqual(versions(lab), ['three', 'two']);
  // Versions are hard links: they cost nothing.
  const nodes = execFileSync('stat', ['-c', '%h', join(lab.root, 'usr/lib/gutinteg/current/agent.mjs')], {
    encoding: 'utf8',
  });
  assert.equal(nodes, '2\n');
  // Damage to what was delivered is mended, and the mended one becomes a version of its own.
  appendFileSync(join(lab.root, 'usr/lib/gutinteg/agent/agent.mjs'), '// spoiled by hand\n');
  await run(lab, 0, /replaced \/usr\/lib\/gutinteg\/agent\/agent\.mjs: was changed on this machine/);
  assert.equal(pointers(lab).current, 'three.2');
  assert.doesNotMatch(readFileSync(join(lab.root, 'usr/lib/gutinteg/current/agent.mjs'), 'utf8'), /spoiled by hand/);
});

test('an agent that fails its self-test never becomes current', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await adopted(stack);
  for (const instead of ['process.exit(9);\n', 'this is no program\n', 'console.log("all is well");\n']) {
    await lab.publishAgent('bad', { instead });
    const said = await run(lab, 1, /error: the delivered agent fails its self-test, the old one stays:/);
    assert.match(said, /agent\/agent\.mjs: new version/);
    assert.deepEqual(pointers(lab), { current: 'one', previous: undefined });
    assert.deepEqual(versions(lab), ['one']);
  }
  const { lastReport } = await lab.control.status('lab02');
  assert.match(lastReport?.report.errors.join() ?? '', /fails its self-test/);
  await lab.publishAgent('good');
  await run(lab, 0, /agent good is current/);
  assert.deepEqual(pointers(lab), { current: 'good', previous: 'one' });
});

test('an agent that breaks once it is current is replaced by the one before, and does not come back', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await adopted(stack);
  const breaking = "if (process.argv[2] !== 'self-test') throw new Error('broken by design');\n";
  await lab.publishAgent('two', { before: breaking });
  await run(lab, 0, /agent two is current/);
  await lab.edit('etc/hostname', 'changed by hand\n');
  const fallback = await run(lab, 1, /agent two ended without a conclusion; one ran in its place/);
  assert.match(fallback, /versions\/two ended with code 1 and without a conclusion/);
  assert.match(fallback, /replaced \/etc\/hostname/);
  assert.equal(await lab.text('etc/hostname'), 'lab02\n');
  assert.equal(pointers(lab).current, 'one');
  assert.doesNotMatch(await run(lab, 1, /the delivered agent two has failed before/), /broken by design/);
  await lab.publishAgent('three');
  await run(lab, 0, /agent three is current/);
  assert.deepEqual(pointers(lab), { current: 'three', previous: 'one' });
  assert.deepEqual(versions(lab), ['one', 'three']);
});

test('a system that refuses to write does not make the agent a broken one', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await adopted(stack);
  const state = join(lab.root, 'var/lib/gutinteg');
  await lab.stopServer();
  writeFileSync(join(state, 'reports'), 'no directory');
  const refused = await lab.agent(['--patience', '0']);
  assert.equal(refused.exitCode, 1);
  assert.match(refused.stderr, /the system did not let the run go on.*cause: E(EXIST|NOTDIR)/s);
  assert.doesNotMatch(refused.stderr, /without a conclusion/);
  rmSync(join(state, 'reports'));
  await lab.startServer();
  // Something that cannot be replaced by a file stands where the last answer is kept.
  rmSync(join(state, 'lookup.json'));
  mkdirSync(join(state, 'lookup.json/x'), { recursive: true });
  await run(lab, 1, /error: what this run went by could not be kept for the next: .*EISDIR/);
  assert.deepEqual(pointers(lab), { current: 'one', previous: undefined });
  assert.match((await lab.control.status('lab02')).lastReport?.report.errors.join() ?? '', /could not be kept/);
});

test('the script that starts it: codes, arguments, what is missing, who is not to blame', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await makeNightlyLab(stack);
  const script = join(lab.root, 'usr/bin/gutinteg');
  const dir = join(lab.root, 'usr/lib/gutinteg');
  const start = (program: string, ...words: string[]) => {
    execFileSync('sh', ['-c', 'cat > "$0"', join(dir, 'agent/agent.mjs')], { input: program });
    return spawnSync(script, words, { encoding: 'utf8', input: 'from standard input' });
  };
  const concluding = "import { writeSync } from 'node:fs'; const end = () => writeSync(3, 'concluded');";
  // oxlint-disable-next-line no-template-curly-in-string -- a shell would expand it
  const odd = ['$(touch /nowhere)', '`id`', '', 'a b', '*', '--', '${HOME}', "it's"];
  const said = start(`${concluding} console.log(JSON.stringify(process.argv.slice(2))); end();`, ...odd);
  assert.deepEqual(JSON.parse(said.stdout), odd);
  for (const code of [0, 1, 2, 3, 4]) {
    const { status, stderr } = start(`${concluding} end(); process.exitCode = ${code};`);
    assert.deepEqual([status, stderr], [code, '']);
  }
  const input = start(
    `${concluding} import { readFileSync } from 'node:fs'; console.log(readFileSync(0, 'utf8')); end();`,
  );
  assert.equal(input.stdout, 'from standard input\n');
  const crashed = start('process.abort();');
  assert.equal(crashed.status, 134);
  assert.match(crashed.stderr, /agent ended with code 134 and without a conclusion/);
  for (const name of ['current', 'previous']) symlinkSync('agent', join(dir, name));
  assert.equal(start('process.abort();').stderr.match(/without a conclusion/g)?.length, 1, 'each version once');
  // Whoever ends it from outside does not accuse it.
  const ended = start("process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1e6);");
  assert.equal(ended.status, 143);
  assert.doesNotMatch(ended.stderr, /without a conclusion/);
  rmSync(join(dir, 'agent'), { recursive: true });
  const none = spawnSync(script, { encoding: 'utf8' });
  assert.deepEqual([none.status, none.stderr], [1, `gutinteg: there is no agent below ${dir}\n`]);
});
