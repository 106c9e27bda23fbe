import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { RefusedError, ServerAwayError } from '../../contract/client.ts';
import type { Lookup } from '../../contract/lookup.ts';
import type { Report } from '../../contract/report.ts';
import { parseMac } from '../../lib/mac.ts';
import { certificate, program } from '../../lib/sample-pe.ts';
import { openNightLab } from '../../packagelink/testing/night-lab.ts';
import type { Published } from '../../packagelink/testing/night-lab.ts';
import type { SmallFiles } from '../../packagelink/testing/small-files.ts';
import type { RunMode } from '../description/find-description.ts';
import { readMachineState } from '../machine/machine-state.ts';
import { systemOf } from '../systems/all.ts';
import { runPartial } from './run-partial.ts';

const lab = await openNightLab();
after(() => lab[Symbol.dispose]());

const MACHINE_ID = '5e9ad2f0-6f0e-4b6e-9c55-0d3f3a6c0f11';
const RECORD = { OS: 'debian', IP: '10.0.0.1' };
const MAC = parseMac('52:54:00:00:00:01') ?? assert.fail();

// What is rendered belongs to root, so that a package of who runs the test takes its place.
const rendered = systemOf('debian')
  .renderFiles({ hostname: 'lab01', record: RECORD, diskFiles: [], consoles: [] })
  .map(({ path }) => path.slice(1));
const FILES: SmallFiles = {
  ...Object.fromEntries(rendered.map((path) => [path, 'rendered\n'])),
  'etc/motd': 'welcome\n',
  'srv/a': 'a\n',
};
const settings = `overrides: [${rendered.join(', ')}]\n`;
const image = await lab.publish('debian-12-amd64', { 'usr/x': 'x\n' }, { kind: 'image' });
const site = await lab.publish('site', FILES, { settings });
const plain = await lab.publish('site', { ...FILES, 'etc/motd': 'hello\n' }, { settings, reuses: true });
await lab.publishDelta(site, plain);

const lookupOf = (packages: readonly Published[], record: Lookup['record'] = RECORD): Lookup => ({
  machineId: MACHINE_ID,
  name: 'lab01',
  generation: createHash('sha256')
    .update(JSON.stringify([record, packages.map(({ digest }) => digest)]))
    .digest('hex'),
  record,
  image: { name: image.name, manifest: image.digest },
  packages: packages.map(({ name, digest, manifest }) => ({ name, priority: manifest.priority, manifest: digest })),
});

/** A machine that was adopted, and its server, which says what `answer` says. */
function openMachine() {
  // In memory: a run waits until its files are on the disk.
  const root = mkdtempSync('/dev/shm/gutinteg-machine-');
  const fetched: string[] = [];
  const reports: Report[] = [];
  const server = {
    answer: lookupOf([site]),
    secureBoot: false,
    isAway: false,
    refuses: false,
    losesReports: false,
    startedAtMs: 1000,
  };
  const reach = async (): Promise<void> => {
    await Promise.resolve();
    if (server.isAway) throw new ServerAwayError('GET: no answer for 0 s');
  };
  const client = {
    lookup: async () => (await reach(), server.answer),
    storeFile: async (path: string) => {
      await reach();
      fetched.push(path.split('/')[0] ?? '');
      return await lab.fetcher(path as `packs/${string}`);
    },
    sendEvents: async () => reach(),
    sendReport: async (_machineId: string, report: Report) => {
      await reach();
      if (server.losesReports) throw new ServerAwayError('POST: no answer for 0 s');
      if (server.refuses) throw new RefusedError('POST', 401, 'who is this?');
      reports.push(report);
    },
  };
  let state = {
    format: 2 as const,
    machineId: MACHINE_ID,
    hostname: 'lab01',
    serverUrl: 'http://server.example',
    mac: MAC,
    consoles: [],
    generation: '',
    data: [],
    bootLoader: [],
  };
  const run = async (mode: RunMode = 'run', more: { contents?: boolean; allowMassDelete?: boolean } = {}) => {
    fetched.length = 0;
    server.startedAtMs += 1000;
    const [now, macs] = [() => server.startedAtMs, async () => await Promise.resolve([MAC])];
    const secureBoot = async () => await Promise.resolve(server.secureBoot);
    const context = { mode, root, state, client, publicKeys: [lab.publicPem], now, macs, secureBoot };
    const noProgram = async () => await Promise.reject(new Error('no program may run'));
    const report = await runPartial({ ...context, run: noProgram, allowMassDelete: false, contents: false, ...more });
    state = { ...state, generation: report.generation };
    return { ...report, said: report.changes.map(({ action, path }) => `${action} ${path}`).toSorted() };
  };
  const place = (path: string): string => join(root, path);
  const text = (path: string): string => readFileSync(place(path), 'utf8');
  const edit = (path: string): void => writeFileSync(place(path), 'edited\n');
  const waiting = (): number =>
    existsSync(place('var/lib/gutinteg/reports')) ? readdirSync(place('var/lib/gutinteg/reports')).length : 0;
  const dispose = () => rmSync(root, { recursive: true });
  return { server, run, fetched, reports, place, text, edit, waiting, [Symbol.dispose]: dispose };
}

/** The same, after its first night. */
async function openSettled(): Promise<ReturnType<typeof openMachine>> {
  using stack = new DisposableStack();
  const machine = stack.use(openMachine());
  const report = await machine.run();
  assert.deepEqual([report.ok, report.errors], [true, []]);
  stack.move();
  return machine;
}

suite('a night with the server', () => {
  test('the first one lays everything down, and leaves what later ones go by', async () => {
    using machine = openMachine();
    const { run, said, notices } = await machine.run();
    assert.deepEqual([run, said.includes('created /etc/motd')], ['first-boot', true]);
    assert.match(notices.join('\n'), /disks and boot loader are left to this machine/);
    assert.deepEqual(
      machine.reports.map(({ run: kind, startedAtMs }) => [kind, startedAtMs]),
      [['first-boot', 2000]],
    );
    for (const file of ['first-boot-reported', 'lookup.json', 'packagelink.db'])
      assert.equal(existsSync(machine.place(`var/lib/gutinteg/${file}`)), true, file);
    writeFileSync(machine.place('var/lib/gutinteg/token'), 'secret\n');
    const state = await readMachineState(machine.place(''));
    assert.deepEqual([state.generation, state.token], [lookupOf([site]).generation, 'secret']);
  });

  test('nothing was touched: nothing is fetched, and the notices are said again', async () => {
    using machine = await openSettled();
    const first = machine.reports[0];
    const { run, changedTotal, notices } = await machine.run();
    assert.deepEqual([run, changedTotal, notices], ['partial', 0, first?.notices]);
    assert.deepEqual(machine.fetched, []);
  });

  test('what was changed by hand is put right from what the machine has kept', async () => {
    using machine = await openSettled();
    machine.edit('etc/motd');
    assert.deepEqual((await machine.run()).said, ['replaced /etc/motd']);
    assert.deepEqual([machine.text('etc/motd'), machine.fetched], ['welcome\n', ['packs']]);
  });

  test('other bytes of a file: no manifest is read, only what has changed', async () => {
    using machine = await openSettled();
    machine.server.answer = lookupOf([plain]);
    assert.deepEqual((await machine.run()).said, ['replaced /etc/motd']);
    assert.deepEqual([machine.text('etc/motd'), machine.fetched], ['hello\n', ['deltas', 'packs']]);
    assert.deepEqual((await machine.run()).said, []);
    assert.deepEqual(machine.fetched, []);
  });

  test('a package less, and one that has most of its paths no longer', async () => {
    using machine = openMachine();
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`opt/${index}`, 'x\n']));
    const opt = await lab.publish('opt', many);
    machine.server.answer = lookupOf([site, opt]);
    await machine.run();
    machine.server.answer = lookupOf([site]);
    const refused = await machine.run();
    assert.deepEqual([refused.ok, refused.said], [false, []]);
    assert.match(refused.errors.join('\n'), /30 of the 30 paths of opt would be deleted at once/);
    machine.server.answer = lookupOf([site], { ...RECORD, MASS_DELETE: 'opt' });
    assert.equal((await machine.run()).said.length, 31);
    assert.equal(existsSync(machine.place('opt')), false);
  });

  test('a look at all of it changes nothing and tells nobody', async () => {
    using machine = await openSettled();
    machine.edit('etc/motd');
    for (const mode of ['dry-run', 'check-only'] as const) {
      const { run, said, ok } = await machine.run(mode);
      assert.deepEqual([run, said, ok], ['check', ['replaced /etc/motd'], true], mode);
    }
    assert.deepEqual([machine.text('etc/motd'), machine.reports.length], ['edited\n', 1]);
  });

  test('a description that cannot be carried out is reported, and nothing changes', async () => {
    using machine = await openSettled();
    machine.edit('etc/motd');
    machine.server.answer = lookupOf([site], { OS: 'plan9' });
    await assert.rejects(machine.run(), /OS='plan9' cannot be installed/);
    assert.match(machine.reports.at(-1)?.errors.join('\n') ?? '', /plan9/);
    assert.deepEqual([machine.reports.at(-1)?.ok, machine.text('etc/motd')], [false, 'edited\n']);
  });

  test('a server that refuses the report is an error', async () => {
    using machine = await openSettled();
    machine.server.refuses = true;
    await assert.rejects(machine.run(), /the server answered 401/);
    assert.equal(machine.waiting(), 0);
  });

  test('the description of another machine is not this one’s', async () => {
    using machine = await openSettled();
    machine.edit('etc/motd');
    machine.server.answer = { ...lookupOf([site]), machineId: '00000000-0000-4000-8000-000000000000' };
    await assert.rejects(
      machine.run(),
      /the server takes 52:54:00:00:00:01 for machine 00000000-.*nothing was changed/s,
    );
    assert.equal(machine.text('etc/motd'), 'edited\n');
  });
});

suite('a night without the server', () => {
  test('goes by what it last said; reports arrive later, in order', async () => {
    using machine = await openSettled();
    machine.server.isAway = true;
    const first = await machine.run();
    assert.deepEqual([first.ok, first.serverAway, machine.waiting()], [true, { sinceMs: 3000 }, 1]);
    assert.deepEqual((await machine.run()).serverAway, { sinceMs: 3000 });
    assert.equal(machine.waiting(), 2);
    machine.server.isAway = false;
    assert.equal(existsSync(machine.place('var/lib/gutinteg/server-away')), true);
    assert.equal((await machine.run()).serverAway, undefined);
    assert.equal(existsSync(machine.place('var/lib/gutinteg/server-away')), false);
    assert.deepEqual(
      machine.reports.map(({ startedAtMs, serverAway }) => [startedAtMs, serverAway?.sinceMs]),
      [
        [2000, undefined],
        [3000, 3000],
        [4000, 3000],
        [5000, undefined],
      ],
    );
    assert.equal(machine.waiting(), 0);
  });

  test('names what it cannot put right alone, and deletes nothing', async () => {
    using machine = await openSettled();
    machine.edit('etc/motd');
    machine.server.isAway = true;
    const report = await machine.run();
    assert.deepEqual([report.ok, report.said], [false, []]);
    assert.match(report.errors.join('\n'), /etc\/motd could not be updated: .*the server is away/);
  });

  test('a server that goes away before the report is one that was away', async () => {
    using machine = await openSettled();
    machine.edit('etc/motd');
    machine.server.losesReports = true;
    const report = await machine.run();
    assert.deepEqual([report.said, report.serverAway], [['replaced /etc/motd'], { sinceMs: 3000 }]);
    machine.server.losesReports = false;
    await machine.run();
    assert.deepEqual(
      machine.reports.map(({ startedAtMs, changedTotal }) => [startedAtMs, changedTotal > 0]),
      [
        [2000, true],
        [3000, true],
        [4000, false],
      ],
    );
  });

  test('a dry run says that it needs one; a machine that has never seen it says so', async () => {
    using machine = await openSettled();
    machine.server.isAway = true;
    await assert.rejects(machine.run('dry-run'), /planning without the server/);
    using fresh = openMachine();
    await assert.rejects(fresh.run('check-only'), { exitCode: 2, message: /no description of its own yet/ });
    fresh.server.isAway = true;
    await assert.rejects(fresh.run(), { exitCode: 1, message: /no description of its own yet/ });
  });
});

suite('a night with Secure Boot', () => {
  const signed = program(certificate(['Debian Secure Boot CA']));
  const kernel = (release: string, text: Uint8Array): SmallFiles => ({
    vmlinuz: { link: `boot/vmlinuz-${release}` },
    'initrd.img': { link: `boot/initrd.img-${release}` },
    [`boot/vmlinuz-${release}`]: { text, mode: 0o644 },
    [`boot/initrd.img-${release}`]: 'initramfs\n',
  });
  const unsigned = program(Buffer.alloc(0));

  /** It runs the signed kernel, which its menu names. */
  async function openSecure() {
    using stack = new DisposableStack();
    const machine = stack.use(openMachine());
    machine.server.secureBoot = true;
    const first = await lab.publish('kernel', kernel('6.1', signed));
    machine.server.answer = lookupOf([site, first]);
    assert.deepEqual((await machine.run()).errors, []);
    mkdirSync(machine.place('boot/grub'));
    writeFileSync(machine.place('boot/grub/grub.cfg'), 'linux /boot/vmlinuz-6.1 ro\n');
    assert.deepEqual((await machine.run()).errors, []);
    machine.edit('etc/motd');
    stack.move();
    return { machine, first };
  }

  test('a new kernel without a signature is refused before anything is changed, and reported', async () => {
    const { machine, first } = await openSecure();
    using _machine = machine;
    machine.server.answer = lookupOf([site, await lab.publish('kernel', kernel('6.2', unsigned))]);
    const refusal = /nothing was changed[^]*Secure Boot is on, and \/boot\/vmlinuz-6\.2 .* no signature/;
    for (const mode of ['dry-run', 'run'] as const) await assert.rejects(machine.run(mode), refusal);
    assert.match(machine.reports.at(-1)?.errors.join('\n') ?? '', refusal);
    assert.deepEqual([machine.text('etc/motd'), existsSync(machine.place('boot/vmlinuz-6.2'))], ['edited\n', false]);
    machine.server.answer = lookupOf([site, first]);
    assert.deepEqual((await machine.run()).said, ['replaced /etc/motd']);
  });

  test('other bytes of the same kernel are refused, too; with Secure Boot off they are brought', async () => {
    const { machine, first } = await openSecure();
    using _machine = machine;
    assert.deepEqual((await machine.run()).said, ['replaced /etc/motd']);
    const next = await lab.publish('kernel', kernel('6.1', unsigned), { reuses: true });
    await lab.publishDelta(first, next);
    machine.server.answer = lookupOf([site, next]);
    await assert.rejects(machine.run(), /Secure Boot is on, and \/boot\/vmlinuz-6\.1 /);
    assert.deepEqual(machine.fetched, ['deltas', 'packs']);
    assert.ok(readFileSync(machine.place('boot/vmlinuz-6.1')).equals(signed));
    machine.server.secureBoot = false;
    assert.deepEqual((await machine.run()).said, ['replaced /boot/vmlinuz-6.1']);
    // It is there already: whether the machine starts is not this run's doing.
    machine.server.secureBoot = true;
    machine.edit('etc/motd');
    assert.deepEqual((await machine.run()).said, ['replaced /etc/motd']);
  });

  test('a damaged kernel keeps nothing from being put right while the server is away', async () => {
    const { machine } = await openSecure();
    using _machine = machine;
    machine.edit('boot/vmlinuz-6.1');
    machine.server.isAway = true;
    const { errors } = await machine.run('check-only');
    assert.deepEqual(errors, []);
    const run = await machine.run();
    assert.match(run.errors.join('\n'), /boot\/vmlinuz-6\.1/);
  });
});
