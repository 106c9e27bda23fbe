import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAKE_MAC, createFakeSite, oneMachineSite } from '../fake-machine-source.ts';
import type { FakeSite } from '../fake-machine-source.ts';
import { UserError } from '../../lib/errors.ts';
import { parseMac } from '../../lib/mac.ts';
import { createBootService } from '../boot-service.ts';
import { consentOf, snapshotOf } from '../consent.ts';
import { applyEvent, applyReport } from '../machine-news.ts';
import { summarize } from '../machine-status.ts';
import { readSnapshot } from '../state/find-machines.ts';
import { armMachine } from './arm-machine.ts';
import { claimForNotes, readPageIfPossible } from './ask-machines.ts';
import { authenticate, seenNetboot } from './attempts.ts';
import { applyOccurrence, countMissingLines, createMachines, noteOnTimeline, timelineOf } from './machines.ts';
import { openDatabase } from '../state/database.ts';
import type { MachineRow } from '../state/machine-row.ts';

const MAC = parseMac(FAKE_MAC);
assert(MAC !== undefined);

async function setUp(site: FakeSite = oneMachineSite()) {
  const database = openDatabase(':memory:');
  const clock = { ms: 1_000_000 };
  const make = () => createMachines({ database, source: site.source, attempts: 3, now: () => clock.ms });
  const machines = make();
  const firmware = new Map<string, string>();
  const boot = createBootService({
    source: site.source,
    machines,
    serverUrl: 'http://10.77.0.1:8080',
    consoles: { amd64: ['tty0', 'ttyS0,115200'], arm64: ['ttyAMA0'] },
    firmwareOf: (mac) => firmware.get(mac),
    loaders: new Map(),
  });
  const now = (): MachineRow => {
    const [row] = readPageIfPossible(machines, 0, 1)?.rows ?? [];
    assert(row !== undefined);
    return row;
  };
  /** The token in the machine's script; undefined when it boots the local disk. */
  const fetchScript = async (): Promise<string | undefined> =>
    /token=([0-9a-f]{64})/.exec(await boot.script(MAC ?? assert.fail(), 'ipxe'))?.[1];
  const powerOn = async (): Promise<string | undefined> => {
    seenNetboot(machines, now(), 'ipxe');
    return fetchScript();
  };
  return { site, database, machines, make, clock, boot, now, firmware, fetchScript, powerOn };
}

test('an unarmed machine boots its disk and says so', async () => {
  const { boot, fetchScript } = await setUp();
  assert.equal(await fetchScript(), undefined);
  assert.match(await boot.script(MAC ?? assert.fail(), 'ipxe'), /q-bert is not armed/);
});

test('an installer goes to the architecture of the record alone; any other says so, and needs a new arming', async () => {
  const { site, machines, boot, now, firmware } = await setUp(oneMachineSite({ ARCH: 'arm64' }));
  await armMachine(machines, 'q-bert');
  firmware.set(MAC, 'amd64');
  assert.match(
    await boot.previewScript(MAC, 'ipxe'),
    /q-bert: its record has ARCH=arm64, but its firmware is of amd64/,
  );
  assert.match(await boot.script(MAC, 'ipxe'), /^echo .*its firmware is of amd64; change ARCH, then arm it again\n/m);
  assert.equal(now().life.state, 'unknown');
  assert.match(now().life.reason ?? '', /^disarmed: its record has ARCH=arm64/);
  site.edit('q-bert', { ARCH: 'amd64' });
  await armMachine(machines, 'q-bert');
  const script = await boot.script(MAC, 'ipxe');
  assert.match(
    script,
    /^kernel http:\/\/10\.77\.0\.1:8080\/boot\/amd64\/vmlinuz .* console=tty0 console=ttyS0,115200 /m,
  );
});

test('an arm64 machine is given kernel, ramdisk and consoles of its own', async () => {
  const { machines, boot, firmware } = await setUp(oneMachineSite({ ARCH: 'arm64' }));
  await armMachine(machines, 'q-bert');
  firmware.set(MAC, 'arm64');
  const script = await boot.script(MAC, 'ipxe');
  assert.match(script, /^kernel http:\/\/10\.77\.0\.1:8080\/boot\/arm64\/vmlinuz .* console=ttyAMA0 panic=30/m);
  assert.match(script, /^initrd --name ramdisk\.img http:\/\/10\.77\.0\.1:8080\/boot\/arm64\/ramdisk\.img /m);
});

test('what has nothing to be installed by is not armed', async () => {
  const { site, machines } = await setUp();
  const requireBootFiles = (): Promise<void> => Promise.reject(new UserError('no kernel'));
  const without = { ...machines, options: { ...machines.options, requireBootFiles } };
  await assert.rejects(armMachine(without, 'q-bert'), /no kernel/);
  assert.equal((await site.source.lookupByName('q-bert'))?.name, 'q-bert');
});

test('three attempts, each with a token of its own; then failed and left alone', async () => {
  const { machines, powerOn, now } = await setUp();
  await armMachine(machines, 'q-bert');
  const tokens = [await powerOn(), await powerOn(), await powerOn()];
  assert.equal(new Set(tokens).size, 3);
  const [first, , third] = tokens;
  assert(first !== undefined && third !== undefined);
  assert.equal(authenticate(machines, now().id, first), undefined, 'a newer attempt invalidates the former token');
  assert.equal(authenticate(machines, now().id, third), 'attempt');
  applyEvent(machines, now().id, { kind: 'step-started', step: 'partition disk0', why: 'as PARTITION says' });
  assert.equal(await powerOn(), undefined);
  assert.equal(now().life.state, 'failed');
  assert.equal(now().life.reason, 'no attempt of 3 reached the installed system; last step: partition disk0');
  assert.equal(await powerOn(), undefined);
});

test('the token itself is nowhere in the database', async () => {
  const { machines, powerOn, now } = await setUp();
  await armMachine(machines, 'q-bert');
  const token = await powerOn();
  assert(token !== undefined);
  assert(!JSON.stringify(now()).includes(token));
});

test('the same boot may fetch its script again without burning an attempt', async () => {
  const { machines, powerOn, fetchScript, now, clock } = await setUp();
  await armMachine(machines, 'q-bert');
  const token = await powerOn();
  clock.ms += 3000;
  assert.equal(await fetchScript(), token);
  assert.equal(now().life.attempts, 1);
});

const NEW_BOOTS = [
  {
    name: 'a new DHCPDISCOVER',
    between: ({ machines, now }: Awaited<ReturnType<typeof setUp>>) => seenNetboot(machines, now(), 'ipxe'),
  },
  {
    name: 'more than ten seconds',
    between: ({ clock }: Awaited<ReturnType<typeof setUp>>) => void (clock.ms += 11_000),
  },
] as const;
for (const { name, between } of NEW_BOOTS) {
  test(`${name} makes it another attempt`, async () => {
    const context = await setUp();
    await armMachine(context.machines, 'q-bert');
    const token = await context.fetchScript();
    between(context);
    assert.notEqual(await context.fetchScript(), token);
    assert.equal(context.now().life.attempts, 2);
  });
}

test('once the installer has used its token, a script is for another attempt', async () => {
  const { machines, powerOn, fetchScript, now } = await setUp();
  await armMachine(machines, 'q-bert');
  const token = await powerOn();
  assert(token !== undefined && authenticate(machines, now().id, token));
  assert.notEqual(await fetchScript(), token);
  assert.equal(now().life.attempts, 2);
});

test('a wrong token does not end the grace of the right one', async () => {
  const { machines, powerOn, fetchScript, now } = await setUp();
  await armMachine(machines, 'q-bert');
  const token = await powerOn();
  assert.equal(authenticate(machines, now().id, 'f'.repeat(64)), undefined);
  assert.equal(authenticate(machines, now().id, ''), undefined);
  assert.equal(await fetchScript(), token);
});

test('an edit of the record disarms; an edit and arming again installs the new one', async () => {
  const { site, machines, powerOn, now } = await setUp();
  await armMachine(machines, 'q-bert');
  site.edit('q-bert', { MAC: FAKE_MAC, IP: '10.77.0.10' });
  assert.equal(await powerOn(), undefined);
  assert.equal(now().life.state, 'unknown');
  assert.match(now().life.reason ?? '', /record was edited after arming/);
  await armMachine(machines, 'q-bert');
  assert.notEqual(await powerOn(), undefined);
  assert.equal(readSnapshot(machines.table, now().id)?.record['IP'], '10.77.0.10');
});

test('arming freezes what the installation uses', async () => {
  const { site, machines, now } = await setUp();
  await armMachine(machines, 'q-bert');
  site.edit('q-bert', { MAC: FAKE_MAC, IP: '10.77.0.10' });
  assert.equal(readSnapshot(machines.table, now().id)?.record['IP'], '10.77.0.9');
});

test('from power-on to installed, and netboots in between go to the disk', async () => {
  const { machines, powerOn, now } = await setUp();
  await armMachine(machines, 'q-bert');
  const token = await powerOn();
  assert(token !== undefined);
  applyEvent(machines, now().id, { kind: 'rebooting' });
  assert.equal(now().life.state, 'booting');
  assert.equal(await powerOn(), undefined);
  assert.equal(await powerOn(), undefined);
  assert.equal(now().life.localBoots, 2);
  applyReport(machines, now().id, { ...REPORT, run: 'first-boot', ok: true }, 'attempt');
  assert.equal(now().life.state, 'installed');
  assert.equal(authenticate(machines, now().id, token), 'attempt', 'the installed machine keeps its token');
});

test('an installed system keeps its voice until an attempt has replaced it, and proves nothing of that attempt', async () => {
  const { machines, powerOn, now } = await setUp();
  await armMachine(machines, 'q-bert');
  const { id } = now();
  const installed = await powerOn();
  assert(installed !== undefined);
  applyEvent(machines, id, { kind: 'rebooting' });
  applyReport(machines, id, { ...REPORT, run: 'first-boot', ok: true }, 'attempt');

  await armMachine(machines, 'q-bert');
  const next = await powerOn();
  assert(next !== undefined);
  assert.equal(authenticate(machines, id, installed), 'system');
  assert.equal(authenticate(machines, id, next), 'attempt');
  applyReport(machines, id, { ...REPORT, run: 'first-boot', ok: true }, 'system');
  assert.equal(now().life.state, 'installing');
  assert.equal(authenticate(machines, id, installed), 'system', 'the report of the old system does not end its token');

  applyEvent(machines, id, { kind: 'rebooting' });
  assert.equal(authenticate(machines, id, installed), undefined, 'the new system has replaced it');
});

const REPORT = {
  run: 'partial' as const,
  generation: 'a'.repeat(64),
  bootId: 'boot',
  ok: true,
  seconds: 1,
  changes: [],
  changedTotal: 0,
  errors: [],
  notices: [],
};

test('a failure that must not be tried again ends it at once', async () => {
  const { machines, powerOn, now } = await setUp();
  await armMachine(machines, 'q-bert');
  await powerOn();
  applyEvent(machines, now().id, {
    kind: 'failed',
    step: 'plan',
    message: 'no disk fits',
    diskChanged: false,
    retry: false,
  });
  assert.equal(now().life.state, 'failed');
  assert.equal(await powerOn(), undefined);
});

test('the machineId follows the MAC through renaming and restarts, not the name', async () => {
  const second = '52:54:00:00:00:02';
  const site = createFakeSite({ 'q-bert': { macs: [FAKE_MAC], record: {} }, pacman: { macs: [second], record: {} } });
  const { machines, make } = await setUp(site);
  const { row: before } = await armMachine(machines, 'q-bert');
  const { row: other } = await armMachine(machines, 'pacman');
  assert.notEqual(before.id, other.id);
  site.rename('q-bert', 'coily');
  const { row: renamed } = await armMachine(make(), 'coily');
  assert.equal(renamed.id, before.id);
  assert.equal(renamed.name, 'coily');
});

test('each attempt has a timeline of its own that begins with its DHCP packets', async () => {
  const { machines, powerOn, now } = await setUp();
  await armMachine(machines, 'q-bert');
  await powerOn();
  seenNetboot(machines, now(), 'ipxe');
  noteOnTimeline(machines, now().id, { source: 'dhcp', key: 'd', text: 'DHCPDISCOVER' });
  const timeline = timelineOf(machines, now());
  assert.deepEqual(
    timeline.map((entry) => entry.text),
    ['DHCPDISCOVER'],
  );
});

test('repetitions are one line with a count', async () => {
  const { machines, clock, now } = await setUp();
  await armMachine(machines, 'q-bert');
  for (const doneBytes of [1, 2, 3]) {
    clock.ms += 1000;
    applyEvent(machines, now().id, { kind: 'step-progress', step: 'unpack', doneBytes, totalBytes: 4 });
  }
  const last = timelineOf(machines, now()).at(-1);
  assert.equal(last?.text, 'unpack: 75 % (3 bytes of 4 bytes)');
  assert.equal(last.count, 3);
});

test('secrets are not handed out, and a template that wants one makes arming fail', async () => {
  const record = { MAC: FAKE_MAC, IP: '10.77.0.9', ROOT_SECRET: 'ref', PRINTER: 'lp0', COLOUR: 'red' };
  const { machines, now } = await setUp(createFakeSite({ 'q-bert': { macs: [FAKE_MAC], record, uses: ['PRINTER'] } }));
  await armMachine(machines, 'q-bert');
  assert.deepEqual(readSnapshot(machines.table, now().id)?.record, { MAC: FAKE_MAC, IP: '10.77.0.9', PRINTER: 'lp0' });
  const greedy = await setUp(createFakeSite({ 'q-bert': { macs: [FAKE_MAC], record, uses: ['ROOT_SECRET'] } }));
  await assert.rejects(armMachine(greedy.machines, 'q-bert'), /ROOT_SECRET; secrets are not handed out/);
});

test('arming a name that is not in the database, or has no MAC', async () => {
  const { machines } = await setUp(
    createFakeSite({ 'q-bert': { macs: [FAKE_MAC], record: {} }, paper: { macs: [], record: {} } }),
  );
  await assert.rejects(armMachine(machines, 'nobody'), /arming nobody: no such machine/);
  await assert.rejects(armMachine(machines, 'paper'), /no MAC address/);
});

test('data partitions may be made by the attempts of one arming, and by no other', async () => {
  const { machines, powerOn, now } = await setUp();
  const { row, notes } = await armMachine(machines, 'q-bert', { initData: ['h', 'disk1h', 'h'] });
  assert.deepEqual([readSnapshot(machines.table, row.id)?.initData, notes], [['h', 'disk1h'], []]);
  const told = timelineOf(machines, now()).map(({ text }) => text);
  assert.deepEqual(told, ['now armed', 'may create data partitions h, disk1h']);
  for (const _attempt of [1, 2]) {
    await powerOn();
    assert.deepEqual(
      snapshotOf(now(), readSnapshot(machines.table, now().id))?.initData,
      ['h', 'disk1h'],
      'an attempt that was cut off is tried again',
    );
    assert.deepEqual(summarize(now()).initData, ['h', 'disk1h']);
  }
  applyEvent(machines, now().id, { kind: 'rebooting' });
  assert.notEqual(snapshotOf(now(), readSnapshot(machines.table, now().id)), undefined);
  assert.equal(
    snapshotOf(now(), readSnapshot(machines.table, now().id))?.initData,
    undefined,
    'the installed system has nothing to make',
  );
  assert.deepEqual(summarize(now()).initData, []);
  applyReport(machines, now().id, { ...REPORT, run: 'first-boot', ok: true }, 'attempt');
  assert.equal(snapshotOf(now(), readSnapshot(machines.table, now().id)), undefined);
  await armMachine(machines, 'q-bert');
  await powerOn();
  assert.equal(snapshotOf(now(), readSnapshot(machines.table, now().id))?.initData, undefined, 'good once');
});

test('a disk that is known to be empty is so for one arming, and said', async () => {
  const { machines, powerOn, now } = await setUp();
  const { row } = await armMachine(machines, 'q-bert', { knownEmpty: ['WD 47', 'WD 47'] });
  assert.deepEqual(readSnapshot(machines.table, row.id)?.knownEmpty, ['WD 47']);
  assert.match(
    timelineOf(machines, now())[1]?.text ?? '',
    /may take for free space what no tool can read on disk WD 47/,
  );
  await powerOn();
  assert.deepEqual(summarize(now()).knownEmpty, ['WD 47']);
  applyEvent(machines, now().id, { kind: 'rebooting' });
  assert.equal(snapshotOf(now(), readSnapshot(machines.table, now().id))?.knownEmpty, undefined);
  assert.deepEqual(summarize(now()).knownEmpty, []);
  await armMachine(machines, 'q-bert');
  assert.equal(readSnapshot(machines.table, row.id)?.knownEmpty, undefined, 'good once');
});

const ENDS_OF_CONSENT: readonly [string, Parameters<typeof applyOccurrence>[2]][] = [
  ['disarming', { kind: 'disarmed', why: 'by hand' }],
  ['a failure that must not be tried again', { kind: 'install-failed', message: 'no disk', retry: false }],
  ['the last attempt', { kind: 'attempts-used-up' }],
];
for (const [name, occurrence] of ENDS_OF_CONSENT) {
  test(`${name} takes back that data partitions may be made`, async () => {
    const { machines, powerOn, now } = await setUp();
    await armMachine(machines, 'q-bert', { initData: ['h'] });
    await powerOn();
    applyOccurrence(machines, now().id, occurrence);
    assert.equal(snapshotOf(now(), readSnapshot(machines.table, now().id)), undefined);
    assert.deepEqual(summarize(now()).initData, []);
    await armMachine(machines, 'q-bert');
    assert.deepEqual(consentOf(now()).initData, []);
  });
}

test('what verifying says is told to who arms; a refusal changes nothing', async () => {
  const verify = async ({ initData }: { readonly initData: readonly string[] }): Promise<string[]> => {
    if (initData.includes('x')) throw new UserError('no partition x');
    return ['h must exist'];
  };
  const site = createFakeSite({ 'q-bert': { macs: [FAKE_MAC], record: {}, verify } });
  const { machines, now } = await setUp(site);
  assert.deepEqual((await armMachine(machines, 'q-bert', { initData: ['h'] })).notes, ['h must exist']);
  await assert.rejects(armMachine(machines, 'q-bert', { initData: ['x'] }), /no partition x/);
  assert.deepEqual(consentOf(now()).initData, ['h']);
});

test('a machine whose row is damaged boots its disk, and its DHCP does not depend on it', async () => {
  const { machines, boot, database, site } = await setUp();
  await armMachine(machines, 'q-bert');
  database.run("UPDATE machines SET life = 'rubbish'");
  assert.match(await boot.script(MAC ?? assert.fail(), 'ipxe'), /cannot record what it gives.*\(a damaged row\)/);
  const machine = (await site.source.lookupByName('q-bert')) ?? assert.fail();
  assert.equal(claimForNotes(machines, machine), undefined);
  assert.equal(countMissingLines(machines).lost, 2);
});

test('what only a newer installer says is a line of the timeline, and changes nothing else', async () => {
  const { machines, now } = await setUp();
  await armMachine(machines, 'q-bert');
  const before = now().life;
  applyEvent(machines, now().id, { kind: 'unknown', name: 'fan', text: '{"rpm":900}' });
  assert.equal(timelineOf(machines, now()).at(-1)?.text, 'fan, of a newer installer: {"rpm":900}');
  assert.deepEqual(now().life, before);
});
