// The fleet of fleet-jobs-hosts.test.ts: hosts that take orders, and a person who types commands while they come. In: a stack, names.
// Out: a lab. Never: a host that comes by itself; tests say who comes when.
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listJobHosts, showJob } from '../../contract/fleet/api/jobs.ts';
import type { JobHostState } from '../../contract/fleet/jobs/job.ts';
import type { OutputOf } from '../../contract/fleet/operation.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { agentNeeds, makeFleetLab } from '../helpers/fleet-lab/fleet-lab.ts';
import type { LabHost } from '../helpers/fleet-lab/lab-host.ts';
import { inTurns } from '../../lib/in-turns.ts';
import type { DebPackage } from '../helpers/package-hosts/deb-package.ts';
import { makeDebRepository } from '../helpers/package-hosts/deb-repository.ts';
import type { OverlayRoot } from '../helpers/package-hosts/overlay-root.ts';
import type { RpmPackage } from '../helpers/package-hosts/rpm-package.ts';
import { makeRpmRepository } from '../helpers/package-hosts/rpm-repository.ts';
import type { RpmRepository } from '../helpers/package-hosts/rpm-repository.ts';

const AT_ONCE = 4;
/** A line for each time that a script of the lab's packages has run. */
const RUNS = '/var/log/lab-runs';

/** Its postinst notes that it runs. */
export const countedDeb = (name: string, version: string, end = 'exit 0'): DebPackage => ({
  name,
  version,
  scripts: { postinst: `echo "${name} ${version}" >>${RUNS}; ${end}` },
});

export const countedRpm = (name: string, version: string): RpmPackage => ({
  name,
  version,
  scripts: { post: `echo "${name} ${version}" >>${RUNS}` },
});

type JobsLabOptions = {
  readonly dpkg: readonly string[];
  readonly rpm: readonly string[];
  readonly debs: readonly DebPackage[];
  readonly rpms: readonly RpmPackage[];
  /** What all have at first. */
  readonly install: readonly string[];
};

type JobHost = OutputOf<typeof listJobHosts>['hosts'][number];

export type JobsLab = Awaited<ReturnType<typeof makeJobsLab>>;

/** All hosts are enrolled, and take the server's orders. */
export async function makeJobsLab(stack: AsyncDisposableStack, options: JobsLabOptions) {
  const lab = await makeFleetLab(stack);
  const { fleet } = lab;
  const orderKey = (await fleet('order-key')).stdout.trim();
  const acceptOrders = async ({ root }: OverlayRoot): Promise<void> => {
    await mkdir(join(root, 'etc/gutinteg'), { recursive: true });
    await writeFile(join(root, 'etc/gutinteg/fleet-orders.json'), JSON.stringify({ keys: [orderKey] }));
  };
  const debRepository = await makeDebRepository(join(lab.directory, 'debs'), [
    { suite: 'stable', packages: [...agentNeeds.deb, ...options.debs] },
  ]);
  const common = { install: options.install, prepare: acceptOrders };
  const ofDpkg = await lab.addDpkgHosts({ ...common, names: options.dpkg, repository: debRepository });
  const ofRpm: LabHost[] = [];
  let rpmRepository: RpmRepository | undefined;
  if (options.rpm.length > 0) {
    rpmRepository = await makeRpmRepository(join(lab.directory, 'rpms'), [...agentNeeds.rpm, ...options.rpms]);
    ofRpm.push(...(await lab.addRpmHosts({ ...common, names: options.rpm, repository: rpmRepository })));
  }
  const hosts = new Map([...ofDpkg, ...ofRpm].map((host) => [host.name, host]));
  const host = (name: string): LabHost => hosts.get(name) ?? assert.fail(`there is no ${name}`);
  const token = (await fleet('enrol', '--for-site', 'lab', '--approve')).stdout.trim();
  await inTurns([...hosts.values()], AT_ONCE, async (each) => {
    const { exitCode, stderr } = await each.enrol(token);
    assert.equal(exitCode, 0, stderr);
  });

  /** Checks in, and carries out what it was given. */
  async function begin(name: string): Promise<void> {
    const came = await host(name).checkIn();
    assert.equal(came.exitCode, 0, `${name}: ${came.stderr}`);
    const ran = await host(name).agent(['run-orders']);
    assert.equal(ran.exitCode, 0, `${name}: ${ran.stderr}`);
  }

  /** As timers do: it comes, does what it is told, and says how it went, in one go. */
  async function work(names: readonly string[]): Promise<void> {
    await inTurns(names, AT_ONCE, async (name) => {
      await begin(name);
      assert.equal((await host(name).checkIn()).exitCode, 0);
    });
  }

  /** What a command prints, with its exit code when that is not 0. @param names are those who come meanwhile */
  async function asked(words: readonly string[], ...names: readonly string[]): Promise<string> {
    const { stdout, stderr, exitCode } = await (names.length === 0
      ? fleet(...words)
      : lab.fleetMeanwhile(words, () => work(names)));
    return `${stdout}${stderr}${exitCode === 0 ? '' : `exit code ${exitCode}\n`}`;
  }

  async function readHosts(job: number): Promise<JobHost[]> {
    const { stdout } = await fleet('job', `${job}`, '--hosts', '--json');
    return listJobHosts.output.parse(JSON.parse(stdout)).hosts;
  }

  /** Of each host: `failed: the disk is full`. */
  const hostStates = async (job: number): Promise<Record<string, string>> =>
    Object.fromEntries((await readHosts(job)).map(({ host: name, state, reason }) => [name, `${state}: ${reason}`]));

  const namesOf = async (job: number, isWanted: (row: JobHost) => boolean): Promise<string[]> =>
    (await readHosts(job)).filter(isWanted).map(({ host: name }) => name);

  async function show(job: number) {
    const { stdout } = await fleet('job', `${job}`, '--json');
    return showJob.output.parse(JSON.parse(stdout));
  }

  /** Makes a job, which `names` plan, and approves it. @returns its number and what was printed */
  async function approved(words: readonly string[], ...names: readonly string[]): Promise<[number, string]> {
    const said = await asked([...words, '--yes'], ...names);
    const [, id] = /^job (\d+) is approved/m.exec(said) ?? assert.fail(said);
    return [Number(id), said];
  }

  /** How often scripts of packages have run there: `['tool 1']`. */
  const runsOn = async (name: string): Promise<string[]> =>
    (await readFile(join(host(name).root, RUNS), 'utf8').catch(whenMissing(''))).split('\n').slice(0, -1);

  return {
    ...lab,
    debRepository,
    /** @throws AssertionError in a fleet without hosts of rpm */
    rpmRepository: (): RpmRepository => rpmRepository ?? assert.fail('no host has rpm'),
    host,
    begin,
    work,
    asked,
    hostStates,
    hostsOfRing: (job: number, ring: number) => namesOf(job, (row) => row.ring === ring),
    hostsIn: (job: number, state: JobHostState) => namesOf(job, (row) => row.state === state),
    show,
    approved,
    runsOn,
  };
}
