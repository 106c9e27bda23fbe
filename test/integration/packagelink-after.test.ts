// Commands after a change, for real: packages are published, files change, programs run, hang, fail and are cut off.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runInstallCommands } from '../../installer/apply/run-install-commands.ts';
import { commandSource } from '../../packagelink/package/after-command.ts';
import { applyWithCommands } from '../../packagelink/commands/apply-with-commands.ts';
import { readSettled } from '../../packagelink/compare/is-settled.ts';
import type { Layer } from '../../packagelink/merge/merge.ts';
import { mergeTree } from '../../packagelink/merge/merge.ts';
import { planAfter } from '../../packagelink/commands/plan-after.ts';
import { publishTree } from '../../packagelink/publish/publish.ts';
import { STATE, fingerprint, full, layerOf, publishSite, put, withLab } from './packagelink-lab.ts';
import type { Lab } from './packagelink-lab.ts';

const defines = { HOSTNAME: 'underdog' };

/** Publishes the site package with these entries of `after`. */
async function publish(lab: Lab, after: readonly object[]): Promise<Layer> {
  const settings = { files: [{ match: 'etc/secret', mode: '0600' }], after };
  writeFileSync(join(lab.site, '.packagelink.yaml'), JSON.stringify(settings));
  return await layerOf(lab, 'site', (await publishSite(lab)).manifest);
}

async function install(lab: Lab, after: readonly object[]): Promise<Layer> {
  const layer = await publish(lab, after);
  await full(lab, mergeTree({ layers: [layer], defines }));
  return layer;
}

type Options = Partial<Parameters<typeof applyWithCommands>[0]>;

async function run(lab: Lab, layers: readonly Layer[], more: Options = {}) {
  const result = await applyWithCommands({
    target: lab.target,
    tree: mergeTree({ layers, defines }),
    fetcher: lab.fetcher,
    stateFile: join(lab.target, STATE),
    sources: layers.map(({ manifest }) => commandSource(manifest)),
    place: 'system',
    ...more,
  });
  return { ...result, ran: result.commands.map(({ argv, outcome }) => `${argv.at(-1)} ${outcome}`) };
}

/** A command that a name tells from others; the script has the target's `etc/issue` as $1. */
const script = (lab: Lab, name: string, text: string, more: object = {}) => {
  return { paths: ['etc/**'], run: ['/bin/sh', '-c', text, name, join(lab.target, 'etc/issue'), name], ...more };
};

test('after all files, once, in order, with the list of paths; what it prints is reported', async () => {
  await withLab('/var/tmp', async (lab) => {
    const list =
      'tr "\\0" "\\n" <"$GUTINTEG_CHANGED"; stat -c %a "$GUTINTEG_CHANGED"; cat "$1"; pwd; id -u; wc -c; env | cut -d= -f1 | sort';
    const after = [script(lab, 'second', list), script(lab, 'first', 'echo first >&2', { order: 10 })];
    await install(lab, after);
    const unchanged = await run(lab, [await publish(lab, after)]);
    assert.deepEqual([unchanged.ran, unchanged.changes], [[], []]);
    put(lab.site, 'etc/issue', 'new\n');
    put(lab.site, 'etc/motd.plprocess', 'new\n');
    const { ran, commands, errors } = await run(lab, [await publish(lab, after)]);
    assert.deepEqual([ran, errors], [['first done', 'second done'], []]);
    assert.equal(commands[0]?.output, 'first\n');
    const [motd, issue, mode, content, cwd, uid, stdin, ...environment] = (commands[1]?.output ?? '')
      .trim()
      .split('\n');
    assert.deepEqual(
      [issue, motd, mode, content, cwd, uid, stdin],
      ['/etc/motd', '/etc/issue', '600', 'new', '/', '0', '0'],
    );
    assert.deepEqual(
      environment.filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name)),
      ['GUTINTEG_CHANGED', 'HOME', 'LC_ALL', 'PATH'],
    );
    assert.deepEqual(leftOvers(lab), ['packagelink.db', 'packagelink.db.after.json', 'packagelink.db.history']);
    assert.deepEqual((await run(lab, [await publish(lab, after)])).ran, []);
  });
});

const leftOvers = (lab: Lab): string[] =>
  readdirSync(join(lab.target, STATE, '..'))
    .filter((name) => !name.includes('lock'))
    .toSorted();

test('a failure is an error and stops nothing; the next run tries again, until it has been mended', async () => {
  await withLab('/var/tmp', async (lab) => {
    const mark = join(lab.dir, 'mark');
    const after = [
      script(lab, 'picky', `echo not yet; test -e '${mark}'`),
      { paths: ['etc/**'], run: ['no-such-program', 'absent'] },
      script(lab, 'fine', 'true'),
    ];
    await install(lab, after);
    put(lab.target, 'etc/issue', 'edited\n');
    const layers = [await publish(lab, after)];
    const first = await run(lab, layers);
    assert.deepEqual(first.ran, ['picky failed', 'absent not-started', 'fine done']);
    assert.match(first.errors[0] ?? '', /exit code 1: not yet \(run because \/etc\/issue changed \(site\)\)$/);
    assert.match(first.errors[1] ?? '', /^no-such-program absent: not started: ENOENT/);
    assert.equal(readFileSync(join(lab.target, 'etc/issue'), 'utf8'), 'site\n');
    const second = await run(lab, layers);
    assert.deepEqual([second.changes, second.ran], [[], ['picky failed', 'absent not-started']]);
    const isSettled = async () => {
      const question = { target: lab.target, stateFile: join(lab.target, STATE), isCurrent: () => true };
      return readSettled(question) !== undefined;
    };
    await run(lab, layers, { settles: { key: 'k' } });
    assert.equal(await isSettled(), false, 'commands are owed');
    writeFileSync(mark, '');
    assert.deepEqual((await run(lab, layers)).ran, ['picky done', 'absent not-started']);
    assert.deepEqual((await run(lab, [await publish(lab, after.slice(0, 1))], { settles: { key: 'k' } })).ran, []);
    assert.equal(await isSettled(), true);
    assert.doesNotMatch(readFileSync(join(lab.target, `${STATE}.after.json`), 'utf8'), /absent/);
  });
});

test('a command that hangs is ended with its children', async () => {
  await withLab('/var/tmp', async (lab) => {
    const pidFile = join(lab.dir, 'pid');
    const after = [script(lab, 'hangs', `sleep 600 & echo $! >'${pidFile}'; wait`, { timeout: '1s' })];
    await install(lab, after);
    put(lab.target, 'etc/issue', 'edited\n');
    const { ran, errors } = await run(lab, [await publish(lab, after)]);
    assert.deepEqual(ran, ['hangs timed-out']);
    assert.match(errors.join('\n'), /no end after 1 s/);
    const state = spawnSync('ps', ['-o', 'state=', '-p', readFileSync(pidFile, 'utf8').trim()], { encoding: 'utf8' });
    assert.match(state.stdout.trim(), /^(Z|)$/);
  });
});

test('deleted paths count, also those of a package that is gone', async () => {
  await withLab('/var/tmp', async (lab) => {
    const tree = join(lab.dir, 'extra');
    put(tree, 'etc/extra/conf', 'x\n');
    put(tree, '.packagelink.yaml', JSON.stringify({ after: [script(lab, 'reload', 'true')] }));
    const { manifest } = await publishTree({
      store: lab.store,
      name: 'extra',
      tree,
      kind: 'site',
      signingKey: lab.key.privateKey,
    });
    const site = await install(lab, []);
    const extra = await layerOf(lab, 'extra', manifest);
    assert.deepEqual((await run(lab, [site, extra])).ran, ['reload done']);
    const gone = await run(lab, [site]);
    assert.deepEqual(gone.changes.map(({ action, path }) => `${action} ${path}`).toSorted(), [
      'deleted etc/extra',
      'deleted etc/extra/conf',
    ]);
    assert.deepEqual([gone.ran, gone.errors], [['reload done'], []]);
    put(lab.target, 'etc/issue', 'edited\n');
    assert.deepEqual((await run(lab, [site])).ran, []);
    assert.equal(existsSync(join(lab.target, `${STATE}.after.json`)), false);
  });
});

test('a run that is killed between files and commands, or between two commands, owes what it has not done', async () => {
  await withLab('/var/tmp', async (lab) => {
    const [mark, log] = [join(lab.dir, 'mark'), join(lab.dir, 'log')];
    const say = (name: string) => `echo ${name} >>'${log}'`;
    const deadly = `test -e '${mark}' || { : >'${mark}'; kill -KILL $PPID; exit 1; }; ${say('deadly')}`;
    const after = [
      script(lab, 'before', say('before'), { order: 1 }),
      script(lab, 'deadly', deadly),
      script(lab, 'later', say('later'), { order: 90 }),
    ];
    const layer = await install(lab, after);
    put(lab.target, 'etc/issue', 'edited\n');
    const killed = spawnSync(process.execPath, ['--input-type=module', '-e', PROGRAM, lab.target, lab.store.dir], {
      input: JSON.stringify(layer),
      encoding: 'utf8',
      env: { ...process.env, ROOT: pathToFileURL(join(import.meta.dirname, '../..')).href },
    });
    assert.equal(killed.signal, 'SIGKILL', killed.stderr);
    assert.equal(readFileSync(join(lab.target, 'etc/issue'), 'utf8'), 'site\n');
    assert.equal(readFileSync(log, 'utf8'), 'before\n');
    const next = await run(lab, [layer]);
    assert.deepEqual([next.changes, next.ran], [[], ['deadly done', 'later done']]);
    assert.equal(readFileSync(log, 'utf8'), 'before\ndeadly\nlater\n');
    assert.deepEqual((await run(lab, [layer])).ran, []);
  });
});

const PROGRAM = `
const { applyWithCommands } = await import(process.env.ROOT + '/packagelink/commands/apply-with-commands.ts');
const { directoryFetcher } = await import(process.env.ROOT + '/packagelink/contents/fetch.ts');
const { mergeTree } = await import(process.env.ROOT + '/packagelink/merge/merge.ts');
const { readFileSync } = await import('node:fs');
const [target, store] = process.argv.slice(1);
const layer = JSON.parse(readFileSync(0, 'utf8'));
await applyWithCommands({
  target,
  tree: mergeTree({ layers: [layer], defines: { HOSTNAME: 'underdog' } }),
  fetcher: directoryFetcher(store),
  stateFile: target + '/${STATE}',
  sources: [{ package: 'site', commands: layer.manifest.after }],
  place: 'system',
});`;

test('what a change will ask for is on the disk before the first file changes', async () => {
  await withLab('/var/tmp', async (lab) => {
    const after = [script(lab, 'reload', 'true')];
    const layer = await install(lab, after);
    put(lab.target, 'etc/issue', 'edited\n');
    const journal = join(lab.target, `${STATE}.after.json`);
    const fetcher = async () => {
      assert.match(readFileSync(journal, 'utf8'), /"pending":\[{"argv":\["\/bin\/sh"/);
      assert.equal(readFileSync(join(lab.target, 'etc/issue'), 'utf8'), 'edited\n');
      throw new Error('cut off');
    };
    const cut = await run(lab, [layer], { fetcher });
    assert.match(cut.errors.join('\n'), /cut off/);
    assert.deepEqual(cut.ran, [], 'nothing has changed in the end');
    assert.deepEqual((await run(lab, [layer])).ran, ['reload done']);
  });
});

test('a dry run names what would run, and writes nothing', async () => {
  await withLab('/var/tmp', async (lab) => {
    const after = [script(lab, 'reload', 'exit 1')];
    const layer = await install(lab, after);
    put(lab.target, 'etc/issue', 'edited\n');
    const before = [fingerprint(lab.target), leftOvers(lab)];
    assert.deepEqual((await run(lab, [layer], { dryRun: true })).ran, ['reload planned']);
    assert.deepEqual([fingerprint(lab.target), leftOvers(lab)], before);
  });
});

test('a journal that cannot be read is said once, and the run goes on', async () => {
  await withLab('/var/tmp', async (lab) => {
    const layer = await install(lab, [script(lab, 'reload', 'true')]);
    writeFileSync(join(lab.target, `${STATE}.after.json`), '{"format":1,"known":[],"pend');
    put(lab.target, 'etc/issue', 'edited\n');
    const { ran, errors } = await run(lab, [layer]);
    assert.deepEqual(ran, ['reload done']);
    assert.match(errors.join('\n'), /after\.json cannot be read, commands that an earlier run owed are lost/);
    assert.deepEqual((await run(lab, [layer])).errors, []);
  });
});

function addBusybox(lab: Lab): void {
  mkdirSync(join(lab.target, 'bin'), { recursive: true });
  copyFileSync('/bin/busybox', join(lab.target, 'bin/busybox'));
}

const inside = (name: string, text: string, places: string[]) => {
  return { paths: ['etc/**'], run: ['/bin/busybox', 'sh', '-c', text, name, name], in: places };
};

test('in a chroot runs only what says so, below its own root', async () => {
  await withLab('/var/tmp', async (lab) => {
    const after = [
      inside('inside', '/bin/busybox cat "$GUTINTEG_CHANGED" /etc/issue; echo *', ['chroot', 'system']),
      inside('outside', 'exit 1', ['system', 'install']),
    ];
    const layer = await install(lab, after);
    addBusybox(lab);
    put(lab.target, 'etc/issue', 'edited\n');
    const { ran, commands, notices } = await run(lab, [layer], { place: 'chroot' });
    assert.deepEqual(ran, ['inside done']);
    assert.equal(commands[0]?.output, '/etc/issue\0site\nbin etc usr var\n');
    assert.match(notices.join('\n'), /outside outside does not run here \(chroot\)/);
  });
});

test('in a new system all commands run, and any failure ends the installation with what they said', async () => {
  await withLab('/var/tmp', async (lab) => {
    const after = [
      inside('bad', 'echo oh no; exit 4', ['install']),
      inside('good', 'echo done >/etc/made', ['install']),
    ];
    const layer = await install(lab, after);
    addBusybox(lab);
    const sources = [commandSource(layer.manifest)];
    const { commands } = planAfter({ sources, changes: layer.manifest.entries, place: 'install' });
    const told: string[] = [];
    const work = runInstallCommands({
      commands,
      root: lab.target,
      stateFile: join(lab.target, STATE),
      message: (text) => told.push(text),
    });
    await assert.rejects(work, /commands in the new system failed\n.*bad: exit code 4: oh no/);
    assert.equal(readFileSync(join(lab.target, 'etc/made'), 'utf8'), 'done\n');
    assert.deepEqual(
      told.map((text) => text.slice(-12)),
      [': exit code 4', ': exit code 0'].map((text) => text.slice(-12)),
    );
  });
});

test('an unchanged package gives the same manifest, with its commands', async () => {
  await withLab('/var/tmp', async (lab) => {
    const after = [script(lab, 'reload', 'true', { timeout: '5m', in: ['chroot'] })];
    const first = await publish(lab, after);
    const second = await publishSite(lab);
    assert.equal(second.changed, false);
    assert.deepEqual(
      first.manifest.after?.map(({ timeoutSeconds, in: places }) => [timeoutSeconds, places]),
      [[300, ['chroot']]],
    );
    const stored = execFileSync('zstd', ['-dc', join(lab.store.dir, 'manifests', second.manifest)], {
      encoding: 'utf8',
    });
    assert.match(stored, /"paths":\["etc\/\*\*"\],"run":\["\/bin\/sh"/);
    rmSync(join(lab.site, '.packagelink.yaml'));
  });
});
