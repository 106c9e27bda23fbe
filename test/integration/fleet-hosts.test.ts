// A fleet of thirty hosts with dpkg and five with rpm: the server's own process, gutinteg-fleet from its real package, real
// repositories. Hosts are changed by hand, and all is asked by the commands that people have.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeFleetLab } from '../helpers/fleet-lab/fleet-lab.ts';
import type { FleetLab } from '../helpers/fleet-lab/fleet-lab.ts';
import type { LabHost, Said } from '../helpers/fleet-lab/lab-host.ts';
import { inTurns } from '../helpers/in-turns.ts';
import { makeDebRepository } from '../helpers/package-hosts/deb-repository.ts';
import type { DebRepository } from '../helpers/package-hosts/deb-repository.ts';
import { makeRpmRepository } from '../helpers/package-hosts/rpm-repository.ts';
import type { RpmRepository } from '../helpers/package-hosts/rpm-repository.ts';
import { debs, INSTALLED, numbered, prepareDpkg, rpms } from './fleet-hosts-lab.ts';

const stack = new AsyncDisposableStack();
after(() => stack.disposeAsync());
let lab: FleetLab;
let debRepository: DebRepository;
let rpmRepository: RpmRepository;
const hosts = new Map<string, LabHost>();
const host = (name: string): LabHost => hosts.get(name) ?? assert.fail(`there is no ${name}`);

const [WEB, DATABASE, RPM] = [numbered('web', 20), numbered('db', 10), numbered('rpm', 5)];
const AT_ONCE = 4;

before(async () => {
  lab = await makeFleetLab(stack);
  const [debDirectory, rpmDirectory] = [join(lab.directory, 'debs'), join(lab.directory, 'rpms')];
  await mkdir(debDirectory);
  debRepository = await makeDebRepository(debDirectory, [
    { suite: 'stable', packages: debs.first },
    { suite: 'stable-security', origin: 'Lab-Security', packages: [] },
  ]);
  rpmRepository = await makeRpmRepository(rpmDirectory, rpms.first);
  const [ofDpkg, ofRpm] = await Promise.all([
    lab.addDpkgHosts({
      names: [...WEB, ...DATABASE],
      repository: debRepository,
      install: [...INSTALLED, 'lab-phased'],
      prepare: prepareDpkg,
    }),
    lab.addRpmHosts({ names: RPM, repository: rpmRepository, install: INSTALLED }),
  ]);
  for (const each of [...ofDpkg, ...ofRpm]) hosts.set(each.name, each);
});

/** What a command prints, with its exit code when that is not 0. */
async function asked(...words: readonly string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await lab.fleet(...words);
  return `${stdout}${stderr}${exitCode === 0 ? '' : `exit code ${exitCode}\n`}`;
}

const enrolAll = (names: readonly string[], tokenOf: (name: string) => Promise<string>): Promise<Said[]> =>
  inTurns(names, AT_ONCE, async (name) => host(name).enrol(await tokenOf(name)));

const newToken = async (...words: readonly string[]): Promise<string> =>
  (await lab.fleet('enrol', ...words)).stdout.trim();

test('hosts join: with tokens of their own, with one for a site, and after somebody has said yes', async () => {
  const ofSite = await newToken('--for-site', 'north', '--approve');
  const waiting = await newToken('--for-site', 'south');
  const joined = [...(await enrolAll(WEB, async () => ofSite)), ...(await enrolAll(DATABASE, () => newToken()))];
  for (const { exitCode, stdout } of joined) {
    assert.match(stdout, /^this host is \S{22}, of the fleet at .*\nsent: facts\nsent: installed\nsent: candidates\n/);
    assert.equal(exitCode, 0);
  }
  for (const { stdout } of await enrolAll(RPM, async () => waiting)) assert.match(stdout, /\nwaiting: .*approve/);
  assert.match(await asked('status'), /^30 {2}enrolled\n 5 {2}waiting to be let in/);
  await inTurns(RPM, AT_ONCE, (name) => lab.fleet('approve', name));
  const reports = await inTurns(RPM, AT_ONCE, (name) => host(name).checkIn());
  for (const { stdout } of reports) assert.match(stdout, /^sent: facts\nsent: installed\n/);
  assert.equal(await asked('status'), '35  enrolled\n35  up to date\n');
});
