// The program upgrades itself on a real host with dpkg: a good package stays, a bad one is followed by the old program, also when nothing of
// the old one is left but its copy.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { PackageFileSource } from '../../contract/fleet/jobs/action.ts';
import { fleetPrograms } from '../../netboot/agent/fleet-files.ts';
import { orderHost, writeFleetProgram } from '../helpers/order-lab.ts';
import type { OrderHost } from '../helpers/order-lab.ts';
import { buildDeb } from '../helpers/package-hosts/deb-package.ts';
import { makeDebRepository } from '../helpers/package-hosts/deb-repository.ts';
import { makeDpkgHost } from '../helpers/package-hosts/dpkg-host.ts';
import { agentBinds } from '../helpers/publish-fleet-agent.ts';

const LIBRARY = '/usr/lib/gutinteg-fleet';
const WRAPPER = '/usr/bin/gutinteg-fleet';
const stack = new AsyncDisposableStack();
after(() => stack.disposeAsync());
let directory: string;
let host: OrderHost;
let files: Readonly<Record<string, string>>;

/** Of a package in this version, whose programs may be others. */
const specOf = (version: string, changed: Readonly<Record<string, string>> = {}, script = '') => ({
  name: 'gutinteg-fleet',
  version,
  files: { ...files, [`${LIBRARY}/VERSION`]: `${version}\n`, ...changed },
  scripts: { postinst: `chmod 755 ${LIBRARY}/node ${WRAPPER}\n${script}` },
});

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'fleet-orders-agent-'));
  stack.defer(() => rmSync(directory, { recursive: true }));
  const program = join(directory, 'program');
  await writeFleetProgram(program);
  const names = [...Object.keys(fleetPrograms), 'node'];
  files = {
    [WRAPPER]: readFileSync(join(import.meta.dirname, '../../fleet-agent/files/gutinteg-fleet'), 'utf8'),
    ...Object.fromEntries(names.map((name) => [`${LIBRARY}/${name}`, readFileSync(join(program, name), 'utf8')])),
  };
  const repository = await makeDebRepository(join(directory, 'repository'), [
    { suite: 'stable', packages: [specOf('1')] },
  ]);
  const options = { directory: join(directory, 'host'), repository, binds: agentBinds, install: ['gutinteg-fleet'] };
  host = orderHost(stack.use(await makeDpkgHost(options)));
  const accepted = await host.accept();
  assert.equal(accepted.exitCode, 0, accepted.stderr);
});

/** The talker has fetched it. */
async function bring(
  version: string,
  changed?: Readonly<Record<string, string>>,
  script?: string,
): Promise<PackageFileSource> {
  const path = await buildDeb(specOf(version, changed, script), directory);
  const bytes = readFileSync(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  mkdirSync(join(host.state, 'files'), { recursive: true });
  copyFileSync(path, join(host.state, 'files', sha256));
  return { sha256, bytes: bytes.length, fileName: basename(path), name: 'gutinteg-fleet', version, arch: 'all' };
}

const upgrade = (file: PackageFileSource, was: string) => ({
  action: { do: 'upgrade-agent' as const, files: [file] },
  expected: [{ name: 'gutinteg-fleet', arch: 'all', before: was, after: file.version }],
});

const versionNow = (): string => readFileSync(join(host.root, LIBRARY, 'VERSION'), 'utf8').trim();
const kept = (): string => join(host.executor, 'program');

test('a good package stays, and the copy of the old program goes', async () => {
  const { outcome, text, changes } = await host.carryOut(upgrade(await bring('2'), '1'));
  assert.deepEqual([outcome, text], ['done', '']);
  assert.deepEqual(changes, [{ name: 'gutinteg-fleet', arch: 'all', before: '1', after: '2' }]);
  assert.equal(versionNow(), '2');
  assert.ok(!existsSync(kept()));
});

test('a package whose program does not start is followed by the old program, and is not tried once more', async () => {
  const bad = await bring('3', { [`${LIBRARY}/executor.mjs`]: 'throw new Error("made wrong");\n' });
  const { outcome, text } = await host.carryOut(upgrade(bad, '2'));
  assert.equal(outcome, 'failed', text);
  assert.match(text, /gutinteg-fleet: exit code 1.*its files are as they were before/);
  assert.equal(versionNow(), '2');
  assert.ok(!existsSync(kept()));
  const again = await host.carryOut(upgrade(bad, '3'));
  assert.equal(again.outcome, 'refused');
  assert.match(again.text, /version 3 of gutinteg-fleet was tried here, and the old program was put back/);
  assert.equal((await host.carryOut(upgrade(await bring('4'), '3'))).outcome, 'done');
  assert.equal(versionNow(), '4');
});

/** Of a script of the package: ends the executor that has it installed, with no time to say a word. */
const KILL_EXECUTOR = `p=$$
until tr '\\0' ' ' </proc/$p/cmdline | grep -q executor.mjs; do p=$(cut -d ' ' -f 4 /proc/$p/stat); done
kill -9 $p`;

test('when the executor is killed and the new program does not start, the watchdog puts the old one back', async () => {
  const bad = await bring('5', { [`${LIBRARY}/executor.mjs`]: 'throw new Error("made wrong");\n' }, KILL_EXECUTOR);
  const name = host.place(upgrade(bad, '4'));
  await assert.rejects(host.runOrders());
  assert.ok(existsSync(kept()));
  const inside = kept().slice(host.root.length);
  const ended = await host.run(['gutinteg-fleet', 'run-orders'], { okExitCodes: [1] });
  assert.match(ended.stderr, /made wrong/);
  // The one that the upgrade has started waits ten minutes.
  const watchdog = ['env', `GUTINTEG_FLEET_LIB=${inside}/lib`, `${inside}/gutinteg-fleet`, 'put-back'] as const;
  const { stdout } = await host.run([...watchdog, '--after', '1'], { timeoutMs: 60_000 });
  assert.match(stdout, /the old program was put back/);
  assert.equal(versionNow(), '4');
  assert.ok(!existsSync(kept()));
  await host.runOrders();
  const { outcome, text } = host.result(name);
  assert.equal(outcome, 'failed', text);
  assert.match(text, /it was cut off/);
  assert.equal((await host.carryOut({ action: { do: 'refresh' } })).outcome, 'done');
});
