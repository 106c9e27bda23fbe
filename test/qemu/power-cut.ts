// Installations over disks full of data, with power all the time and with power cuts. In: a seed and a number of moments.
// Out: for each run whether the machine ended installed with its data unharmed, as this computer reads it, not ours. Never: repairs anything; what the installer left is what counts.
import assert from 'node:assert/strict';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../../lib/errors.ts';
import { GiB } from '../../lib/bytes.ts';
import { runCommand } from '../../lib/run-command.ts';
import { plainConsole } from '../../rehearse/console-text.ts';
import { waitForInstallation } from '../../rehearse/power-cycle.ts';
import type { VirtualDisk } from '../../rehearse/qemu-argv.ts';
import type { SwitchedOn } from '../../rehearse/switch-on.ts';
import { copyImage } from '../helpers/disk-image.ts';
import { fillData, readData } from '../helpers/data-places.ts';
import type { DataPlaces } from '../helpers/data-places.ts';
import { seededRandom } from '../helpers/seeded-random.ts';
import { applyPieces, readWriteLog, survivingPieces } from '../helpers/write-log.ts';
import { planCutMoments } from './plan-cut-moments.ts';
import type { CutMoment, InstallTiming } from './plan-cut-moments.ts';
import { runInstallTest } from './run-install-test.ts';
import type { InstallLab } from './run-install-test.ts';
import { swapNames, waitForInstaller } from './disks-and-installer.ts';

const HOST = 'cut1';
const SHUT_DOWN_MS = 90_000;

/** Data in a logical partition of a DOS table, and on a GPT. */
const before = `disk0: dos (a 256M ext4 /boot) (d 3G ext4 /) (e 256M swap) (h rest xfs /home data)
                disk1: (a 1G ext4 /srv data) (b rest ext4 /var/tmp)`;
/** What is installed over it gives the logical partition another number, and changes both tables. */
const after = `disk0: dos (d 3200M ext4 /) (h rest xfs /home data) disk1: (a 1G ext4 /srv data) (b 1G swap) (c rest ext4 /opt)`;

const describe = (partition: string): string => `${HOST}: small-client room-a
    MAC=52:54:00:77:00:43
    IP=10.77.0.143
    PARTITION="${partition.replaceAll(/\n\s*/g, ' ')}"
    DISK_disk0=serial:CUT-SYSTEM
    DISK_disk1=serial:CUT-FILES
`;

const places: DataPlaces = [
  { disk: 0, label: '/home' },
  { disk: 1, label: '/srv' },
];

export type PowerCuts = {
  /** Logs and disks are kept in `rehearsals/test-NAME` of the state directory. */
  readonly name: string;
  readonly seed: string;
  /** So many times the machine is installed over its data, after so many power cuts each. */
  readonly count: number;
  readonly cutsEach: number;
  readonly limitMs: number;
  /** Told a line for each run. */
  readonly say: (line: string) => void;
};

/** Answers in how many of the runs all was well. @throws Error when there is nothing to cut to begin with */
export async function runPowerCuts(cuts: PowerCuts): Promise<number> {
  let survived = 0;
  await runInstallTest({
    name: cuts.name,
    machine: { host: HOST, database: describe(before) },
    diskBytes: 5 * GiB,
    limitMs: cuts.limitMs,
    check: async (lab) => {
      const started = performance.now();
      const data = await prepare(lab);
      await lab.describe(describe(after));
      cuts.say(`prepared in ${((performance.now() - started) / 1000).toFixed(0)} s`);
      const timing = await reinstallUncut(lab, data);
      const seconds = timing.restartSeconds.toFixed(0);
      cuts.say(`installed in ${seconds} s with power all the time, disks swapped: data unharmed`);
      const moments = planCutMoments({ ...cuts, count: cuts.count * cuts.cutsEach, timing });
      for (let run = 1; run <= cuts.count; run += 1) {
        const ofRun = moments.slice((run - 1) * cuts.cutsEach, run * cuts.cutsEach);
        const outcome = await installThroughCuts(lab, { run, moments: ofRun, data });
        if (outcome.ok) survived += 1;
        cuts.say(`${String(run).padStart(3)}  ${outcome.text}`);
        lab.options.signal.throwIfAborted();
      }
    },
  });
  return survived;
}

type Data = Awaited<ReturnType<typeof readData>>;

/**
 * Installs the machine until some of its files are there, fills its data partitions, and keeps the disks as they are then.
 * The rest of the first system would be overwritten unread.
 */
async function prepare(lab: InstallLab): Promise<Data> {
  await lab.server.control.arm(HOST, { initData: ['disk0h', 'disk1a'] });
  const machine = await lab.switchOn('preparation', join(lab.workDir, 'preparation-serial.log'));
  await lab.waitForConsole(machine, /\] files: [1-9]\d %/);
  await machine.vm.kill();
  const data = await fillData(lab, places, 'cut');
  for (const { file } of lab.disks) await rename(file, baseOf(file));
  return data;
}

const baseOf = (file: string): string => `${file}.base`;
/** What was on a disk when the machine was switched on that is cut. */
const startOf = (file: string): string => `${file}.start`;
const logOf = (file: string): string => `${file}.writes`;

async function withWriteLogs({ disks }: InstallLab): Promise<VirtualDisk[]> {
  for (const { file } of disks) await writeFile(logOf(file), '');
  return disks.map((disk) => ({ ...disk, writeLog: logOf(disk.file) }));
}

/** When a line was first seen on the console, in seconds since power-on. */
function firstLines<K extends string>(
  machine: SwitchedOn,
  patterns: Readonly<Record<K, RegExp>>,
): () => Record<K, number> {
  const seen = new Map<string, number>();
  machine.vm.onConsole(() => {
    for (const [name, pattern] of Object.entries<RegExp>(patterns)) {
      if (!seen.has(name) && pattern.test(machine.vm.console())) seen.set(name, machine.secondsNow());
    }
  });
  return () => {
    for (const name of Object.keys(patterns)) assert(seen.has(name), `${name} was not seen on the console`);
    return Object.fromEntries(seen) as Record<K, number>;
  };
}

/** Without a loss, the log gives the very disk: otherwise what follows would prove nothing. */
async function assertLogsAreWhole({ workDir }: InstallLab, disks: readonly VirtualDisk[]): Promise<void> {
  const copy = join(workDir, 'replayed.raw');
  for (const { file, writeLog = '' } of disks) {
    await copyImage(baseOf(file), copy);
    const writes = (await readWriteLog(writeLog)).filter(({ kind }) => kind === 'write');
    await applyPieces(writeLog, writes, copy);
    await runCommand(['cmp', file, copy]);
  }
  await runCommand(['rm', copy]);
}

/**
 * Over the data, with the names of the disks exchanged and without consent to make data partitions: one that is not found
 * ends it. Ends before the restart, so that what is on the disks is the installer's work alone. Answers what took how long.
 */
async function reinstallUncut(lab: InstallLab, data: Data): Promise<InstallTiming> {
  for (const { file } of lab.disks) await copyImage(baseOf(file), file);
  await lab.server.control.arm(HOST);
  const disks = await withWriteLogs(lab);
  const machine = await lab.switchOn('uncut', join(lab.workDir, 'uncut-serial.log'), { disks: swapNames(disks) });
  const first = firstLines(machine, { partitionSeconds: /\] partition: /, formattedSeconds: /\] mount: / });
  const { timeline } = await waitForInstaller(lab, machine);
  const timing = { ...first(), restartSeconds: machine.secondsNow() };
  await machine.vm.kill();
  await assertLogsAreWhole(lab, disks);
  const compared = timeline.flatMap(({ text }) => /^data (\S+): unchanged \(SHA-256 /.exec(text)?.[1] ?? []);
  assert.deepEqual(compared, ['disk0/h', 'disk1/a']);
  assert.deepEqual(await readData(lab, places), data);
  return timing;
}

type Outcome = { readonly ok: boolean; readonly text: string };

/** After each cut, the next attempt begins with what the disks have kept. The last one is not cut. */
async function installThroughCuts(
  lab: InstallLab,
  { run, moments, data }: { run: number; moments: readonly CutMoment[]; data: Data },
): Promise<Outcome> {
  let text = '';
  try {
    for (const { file } of lab.disks) await copyImage(baseOf(file), file);
    await lab.server.control.arm(HOST);
    for (const [index, moment] of moments.entries()) {
      text += `seed ${moment.seed}, `;
      const serialLog = join(lab.workDir, `run${run}-cut${index + 1}-serial.log`);
      text += `${await cutPower(lab, { moment, serialLog })}, `;
      const { lostWrites, allWrites } = await loseWrites(lab, moment.seed);
      text += `${lostWrites} of ${allWrites} writes lost; `;
      if (moment.since === 'files') assert.notEqual(allWrites, 0, 'nothing was written before the cut');
    }
    const log = join(lab.workDir, `run${run}-after-serial.log`);
    const disks = inOrder(lab.disks, moments.at(-1)?.swapped[1] === true);
    const machine = await lab.switchOn('power is back', log, { disks });
    const { state, attempts, reason } = await waitForInstallation(lab, machine, log);
    text += `${state}, attempt ${attempts}`;
    assert.equal(state, 'installed', reason ?? '');
    assert(await machine.vm.shutDown(SHUT_DOWN_MS), 'it did not shut down by itself');
    assert.deepEqual(await readData(lab, places), data);
    return { ok: true, text: `${text}, data unharmed` };
  } catch (error) {
    return { ok: false, text: `${text}: FAILED: ${describeError(error)}` };
  }
}

const inOrder = (disks: readonly VirtualDisk[], swapped: boolean): readonly VirtualDisk[] =>
  swapped ? swapNames(disks) : disks;

/** What the console shows then. */
const BEGINS: Readonly<Record<CutMoment['since'], RegExp | undefined>> = {
  partition: /\] partition: /,
  files: /\] files: [1-9]\d* %/,
  'power-on': undefined,
};

/**
 * Keeps the disks as they are, switches the machine on and pulls its plug at the moment. Answers when, and in which step
 * of the installer.
 */
async function cutPower(
  lab: InstallLab,
  { moment, serialLog }: { moment: CutMoment; serialLog: string },
): Promise<string> {
  for (const { file } of lab.disks) await copyImage(file, startOf(file));
  const disks = inOrder(await withWriteLogs(lab), moment.swapped[0]);
  const machine = await lab.switchOn('cut', serialLog, { disks });
  const pattern = BEGINS[moment.since];
  if (pattern !== undefined) await waitForLine(machine, { pattern, signal: lab.options.signal });
  // Not a wait for a state: the moment is random on purpose, and whatever the machine does then is what is tested.
  await delay(moment.delayMs, undefined, { signal: lab.options.signal });
  await machine.vm.kill();
  const steps = [...plainConsole(machine.vm.console()).matchAll(/^\[ *\d+\.\d\] ([a-z-]+): /gm)];
  return `cut at ${machine.secondsNow().toFixed(1)} s in ${steps.at(-1)?.[1] ?? 'no step'}`;
}

/** Hears the console itself: a poll would come too late for a window of a second. */
async function waitForLine(
  machine: SwitchedOn,
  { pattern, signal }: { pattern: RegExp; signal: AbortSignal },
): Promise<void> {
  const seen = Promise.withResolvers<void>();
  const stop = machine.vm.onConsole(() => {
    if (pattern.test(machine.vm.console())) seen.resolve();
  });
  const abort = (): void => seen.reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await seen.promise;
  } finally {
    stop();
    signal.removeEventListener('abort', abort);
  }
}

/** Makes the disks what they may be after the cut; without this, a host never forgets what a machine wrote. */
async function loseWrites(
  { disks }: InstallLab,
  seed: string,
): Promise<{ readonly lostWrites: number; readonly allWrites: number }> {
  let lostWrites = 0;
  let allWrites = 0;
  for (const { file, serial } of disks) {
    const entries = await readWriteLog(logOf(file));
    const { pieces, lost } = survivingPieces(entries, seededRandom(`${seed} ${serial}`));
    await copyImage(startOf(file), file);
    await applyPieces(logOf(file), pieces, file);
    lostWrites += lost;
    allWrites += entries.filter(({ kind }) => kind === 'write').length;
  }
  return { lostWrites, allWrites };
}
