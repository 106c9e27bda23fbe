// The server, its commands and hosts of fleet-job-faults.test.ts. In: a stack. Out: hosts that come when a test says so, over a proxy that
// can lose an answer and kill the server with it. Never: a host that comes by itself.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listJobHosts, showJob } from '../../contract/fleet/api/jobs.ts';
import { runCommand } from '../../lib/run-command.ts';
import { makeFleetProgram } from '../helpers/fleet-program.ts';
import type { FleetProgramOptions } from '../helpers/fleet-program.ts';
import { startLossyProxy } from '../helpers/lossy-proxy.ts';
import type { Fate } from '../helpers/lossy-proxy.ts';
import { orderHost, writeFleetProgram } from '../helpers/order-lab.ts';
import { makeDebRepository } from '../helpers/package-hosts/deb-repository.ts';
import { makeDpkgHost } from '../helpers/package-hosts/dpkg-host.ts';
import { countedDeb } from './fleet-jobs-lab.ts';

const GUTINTEG = join(import.meta.dirname, '../../bin/gutinteg');
/** A script of this package waits for this file of its host. */
export const GO_ON = 'run/go-on';

export type JobFaultsLab = Awaited<ReturnType<typeof makeJobFaultsLab>>;
export type FaultHost = Awaited<ReturnType<JobFaultsLab['addHost']>>;

/** A program sees another time; what it waits for takes as long as ever. `$LIB` is ld.so(8)'s. */
const fakedTime = (offset: string): string[] => [
  'env',
  'FAKETIME_DONT_FAKE_MONOTONIC=1',
  'LD_PRELOAD=/usr/$LIB/faketime/libfaketime.so.1',
  `FAKETIME=${offset}`,
];

const versions = Array.from({ length: 20 }, (_, index) => countedDeb('lab-app', `${index + 1}`));
const waits = countedDeb('lab-waits', '1', `while [ ! -e /${GO_ON} ]; do sleep 0.05; done`);
const large = { ...countedDeb('lab-large', '1'), files: { '/usr/share/lab-large/data': 'x'.repeat(1_000_000) } };

/** @param options of the server */
export async function makeJobFaultsLab(stack: AsyncDisposableStack, options: FleetProgramOptions = {}) {
  const program = await makeFleetProgram(stack, { days: 30, ...options });
  const directory = await mkdtemp(join(tmpdir(), 'fleet-job-faults-'));
  stack.defer(async () => rm(directory, { recursive: true }));
  const repository = await makeDebRepository(join(directory, 'repository'), [
    { suite: 'stable', packages: [...versions, waits, countedDeb('lab-other', '1'), large] },
  ]);
  const binds = await writeFleetProgram(join(directory, 'program'));
  const base = stack.use(await makeDpkgHost({ directory: join(directory, 'base'), repository, binds, install: [] }));
  const network = { nextFate: (): Fate => 'arrives', whenDone: async (): Promise<void> => {} };
  const port = await startLossyProxy(stack, {
    key: program.key,
    certificate: program.certificate,
    serverPort: program.port,
    nextFate: () => network.nextFate(),
    whenDone: () => network.whenDone(),
  });
  const token = await program.makeToken();
  const orderKey = (await program.cli(['order-key'])).said.trim();

  async function addHost(name: string) {
    const overlay = stack.use(await base.clone({ directory: join(directory, name) }));
    const host = orderHost(overlay);
    copyFileSync(program.certificate, join(host.root, 'srv/certificate.pem'));
    writeFileSync(join(host.root, 'srv/token'), token, { mode: 0o600 });
    const place = ['--server', `https://localhost:${port}`, '--certificate', '/srv/certificate.pem'];
    const enrolled = await host.agent(['enrol', ...place, '--token-file', '/srv/token', '--name', name]);
    assert.equal(enrolled.exitCode, 0, enrolled.stderr);
    await host.agent(['accept-orders', '--key', orderKey]);
    /** Under another time, if one is given. */
    const checkIn = (offset?: string) => {
      const [file, ...rest] = [...(offset === undefined ? ['env'] : fakedTime(offset)), 'gutinteg-fleet', 'check-in'];
      return host.run([file ?? '', ...rest], { okExitCodes: [0, 1, 4], timeoutMs: 60_000 });
    };
    return {
      ...host,
      name,
      checkIn,
      /** To be killed. */
      start: (word: 'check-in' | 'run-orders') => {
        const child = spawn('chroot', [host.root, 'gutinteg-fleet', word], { stdio: 'ignore' });
        const ended = once(child, 'exit');
        return {
          ended,
          kill: async (): Promise<void> => {
            child.kill('SIGKILL');
            await ended;
          },
        };
      },
      /** Checks in, does what it is told, and says how it went. */
      come: async () => {
        await checkIn();
        await host.runOrders();
        return checkIn();
      },
      /** Each line is a run of a script. */
      runs: (): string[] => {
        const file = join(host.root, 'var/log/lab-runs');
        return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
      },
    };
  }

  type Host = Awaited<ReturnType<typeof addHost>>;

  /** Types it, lets hosts plan it, and approves it. @returns the job's number */
  async function approved(words: readonly string[], ...hosts: readonly Host[]): Promise<number> {
    const { promise: waits, resolve: onLine } = Promise.withResolvers<unknown>();
    const argv = [GUTINTEG, 'fleet', ...words, '--yes', '--state', program.state] as const;
    const answer = runCommand(argv, { okExitCodes: [0, 1, 2], onLine, timeoutMs: 120_000 });
    await Promise.race([waits, answer]);
    for (const host of hosts) await host.come();
    const { stdout, stderr } = await answer;
    return Number(/^job (\d+) is approved/m.exec(stderr + stdout)?.[1] ?? assert.fail(stdout + stderr));
  }

  const loseAnswer = (number: number, whenDone: () => Promise<void>): { readonly isLost: () => boolean } => {
    let [seen, isLost] = [0, false];
    network.nextFate = () => ((seen += 1) === number ? 'its answer is lost' : 'arrives');
    network.whenDone = async () => {
      isLost = true;
      await whenDone();
    };
    return { isLost: () => isLost };
  };

  const ask = async (...words: readonly string[]): Promise<unknown> =>
    JSON.parse((await program.cli([...words, '--json'])).said);

  return {
    ...program,
    repository,
    addHost,
    approved,
    /**
     * The request of this number, counted from 1, is done by the server, and its answer never arrives. Meanwhile somebody is killed:
     * the server, unless it is said who.
     */
    loseAnswer: (number: number, whenDone: () => Promise<void> = () => program.kill()) => loseAnswer(number, whenDone),
    show: async (job: number) => showJob.output.parse(await ask('job', `${job}`)),
    /** `failed: the disk is full` */
    stateOf: async (job: number, { name }: Host): Promise<string> => {
      const { hosts } = listJobHosts.output.parse(await ask('job', `${job}`, '--hosts'));
      const row = hosts.find(({ host }) => host === name);
      return `${row?.state}: ${row?.reason}`;
    },
  };
}
