import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, test } from 'node:test';
import { jobSpecSchema } from '../../contract/fleet/jobs/job.ts';
import type { PackageFile } from '../../contract/fleet/api/package-files.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import type { Action } from '../../contract/fleet/jobs/action.ts';
import { NOTHING_REPORTED } from '../enrolment/new-host.ts';
import { draftJob, finishJob } from '../jobs/create-job.ts';
import { openTestFleet } from '../testing/test-fleet.ts';
import { answerPart } from './answer-part.ts';
import { servePackageFiles } from './package-files.ts';
import { requirePackageFiles } from './require-package-files.ts';
import { tidyPackageFiles } from './tidy-package-files.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());

const run: RunCommand = (argv) => {
  const name = argv.at(-1)?.slice(-8);
  return Promise.resolve({
    exitCode: 0,
    stdout: argv.includes('--show') ? `p-${name}\tall\t1\t\t\tx\n` : '',
    stderr: '',
  });
};

/** With two files, and a host that takes part. */
async function open() {
  const { fleet, clock } = await openTestFleet(cleanup);
  const directory = mkdtempSync(join(tmpdir(), 'gutinteg-tidy-'));
  cleanup.defer(() => rmSync(directory, { recursive: true }));
  const packageFiles = servePackageFiles({ directory, run, now: fleet.now });
  cleanup.defer(packageFiles.close);
  const add = async (text: string): Promise<PackageFile> => {
    const data = Buffer.from(`!<arch>\ndebian-binary ${text}`);
    const sha256 = createHash('sha256').update(data).digest('hex');
    await packageFiles.store.append(sha256, { from: 0, bytes: data.length, data });
    const file = await packageFiles.store.finish(sha256, { by: 'ada', at: clock.ms, url: null });
    await packageFiles.store.touch(sha256, new Date(clock.ms));
    return file;
  };
  const host = 'A'.repeat(22);
  const row = { id: host, name: 'web1', state: 'enrolled', reason: '', publicKey: '', origin: 'token' } as const;
  const more = { machineId: null, site: '', createdAt: 0, ...NOTHING_REPORTED };
  await fleet.store.queries
    .insertInto('hosts')
    .values({ ...row, ...more })
    .execute();
  return {
    fleet: { ...fleet, packageFiles },
    packageFiles,
    clock,
    host,
    files: [await add('one'), await add('two')] as const,
  };
}

type InstallFiles = Extract<Action, { do: 'install-files' }>;

const actionOf = ({ sha256, bytes, fileName, name, version, arch }: PackageFile): InstallFiles => ({
  do: 'install-files',
  files: [{ sha256, bytes, fileName, name, version, arch }],
  options: [],
});

test('a file goes after 30 days, unless a job needs it that has not ended', async () => {
  const { fleet, packageFiles, clock, host, files } = await open();
  const [needed, other] = files;
  const spec = jobSpecSchema.parse({ action: actionOf(needed), hosts: 'name=web1' });
  const { store } = fleet;
  const draft = await draftJob(fleet, { spec, hosts: [{ id: host, ring: 1 }], by: 'ada', at: clock.ms });
  const made = await store.transaction((transaction) => finishJob({ store, transaction, at: clock.ms }, draft));
  clock.ms += 29 * 86_400_000;
  assert.deepEqual(await tidyPackageFiles(fleet, packageFiles), []);
  clock.ms += 2 * 86_400_000;
  assert.deepEqual(await tidyPackageFiles(fleet, packageFiles), [other.fileName]);
  await fleet.store.queries.updateTable('jobs').set({ state: 'done' }).where('id', '=', made.job).execute();
  assert.deepEqual(await tidyPackageFiles(fleet, packageFiles), [needed.fileName]);
});

test('a job begins only with files that are here, and are what it says', async () => {
  const { fleet, packageFiles, files } = await open();
  const action = actionOf(files[0]);
  await requirePackageFiles(fleet, action);
  const renamed = { ...action, files: action.files.map((file) => ({ ...file, name: 'sudo' })) };
  await assert.rejects(requirePackageFiles(fleet, renamed), /its name is p-.*, and not sudo/);
  await packageFiles.store.remove(files[0].sha256);
  await assert.rejects(requirePackageFiles(fleet, action), /the server has no package file/);
});

test('a part goes to hosts that take part, and to no others', async () => {
  const { fleet, host, files } = await open();
  const wanted = { v: 1, sha256: files[0].sha256, from: 8 };
  const part = await answerPart(fleet, host, wanted);
  assert.deepEqual(part, { answer: { result: 'part', data: Buffer.from('debian-binary one').toString('base64') } });
  const missing = await answerPart(fleet, host, { ...wanted, sha256: '0'.repeat(64) });
  assert.ok('answer' in missing && missing.answer.result === 'missing');
  await fleet.store.queries.updateTable('hosts').set({ state: 'revoked' }).execute();
  const refused = await answerPart(fleet, host, wanted);
  assert.ok('refusal' in refused && refused.refusal.error === 'revoked');
});
