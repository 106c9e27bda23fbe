// The server whose state cannot be recorded: what needs no state goes on, nothing is installed, and it recovers by itself.
import assert from 'node:assert/strict';
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { healthSchema } from '../../contract/health.ts';
import { runCommand } from '../../lib/run-command.ts';
import { renderAll } from '../../netboot/render/status-text.ts';
import { createLab, SERVER, writeUdhcpcScript } from './netboot-lab.ts';
import type { Lab } from './netboot-lab.ts';

const MAC = '52:54:00:12:34:56';
const LIMIT_MS = 20_000;

async function curl(lab: Lab, path: string, ...more: readonly string[]): Promise<{ code: string; text: string }> {
  const url = `http://${SERVER}:8080${path}`;
  const { stdout } = await lab.client(['curl', '-sS', '-m', '5', '-w', '\n%{http_code}', ...more, url]);
  const at = stdout.trimEnd().lastIndexOf('\n');
  return { code: stdout.slice(at + 1).trim(), text: stdout.slice(0, Math.max(0, at)) };
}

async function isRecorded(lab: Lab): Promise<boolean> {
  return healthSchema.parse(JSON.parse((await curl(lab, '/v1/health')).text)).state.sound;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  while (!(await holds())) {
    assert(performance.now() < deadline, `not within ${LIMIT_MS / 1000} s: ${what}`);
    await delay(100);
  }
}

/** What a machine gets that does not depend on the state. */
async function goesOn(lab: Lab): Promise<void> {
  assert.equal((await curl(lab, '/boot/amd64/vmlinuz')).text, 'kernel');
  const tftp = await lab.client(['curl', '-sS', `tftp://${SERVER}/start.ipxe`]);
  assert.match(tftp.stdout, /^#!ipxe/);
  const udhcpc = ['busybox', 'udhcpc', '-i', 'pxe0', '-f', '-q', '-n', '-t', '3', '-T', '1'] as const;
  const told = await lab.client([...udhcpc, '-s', await writeUdhcpcScript(lab)]);
  assert.match(told.stdout, /event=bound[^]*ip=10\.77\.0\.9/);
}

const script = async (lab: Lab): Promise<string> => (await curl(lab, `/boot/mac/${MAC}.ipxe`)).text;

async function fillUp(lab: Lab): Promise<string> {
  const path = join(lab.stateDir, 'fill');
  await lab.client(['dd', 'if=/dev/zero', `of=${path}`, 'bs=4k'], { okExitCodes: [1] });
  return path;
}

/** Breaks the state of a running server; the answer mends it. */
const TROUBLES: readonly { name: string; status: RegExp; break: (lab: Lab) => Promise<() => Promise<void>> }[] = [
  {
    name: 'full',
    status: /its file system is full: database or disk is full\n {2}try: df -h /,
    break: async (lab) => {
      const path = await fillUp(lab);
      return () => rm(path);
    },
  },
  {
    name: 'locked',
    status: /is locked by another program/,
    break: async (lab) => {
      const other = new DatabaseSync(join(lab.stateDir, 'netboot.db'));
      other.exec('BEGIN IMMEDIATE');
      return async () => {
        other.exec('ROLLBACK');
        other.close();
      };
    },
  },
  {
    name: 'damaged',
    status: /is damaged; nothing in it was changed[^]*try: mv /,
    break: async (lab) => {
      const path = join(lab.stateDir, 'netboot.db');
      const checkpoint = new DatabaseSync(path);
      checkpoint.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      checkpoint.close();
      const sound = await readFile(path);
      await writeFile(path, '');
      return () => writeFile(path, sound);
    },
  },
];

for (const trouble of TROUBLES) {
  test(`${trouble.name}: booting goes on, nothing is installed, and the armed machine is when it is over`, async () => {
    await using stack = new AsyncDisposableStack();
    const lab = await createLab(stack, { stateBytes: 4 * 1024 * 1024 });
    await lab.control.arm('q-bert');
    const mend = await trouble.break(lab);
    await until('trouble is noticed', async () => {
      await script(lab);
      return !(await isRecorded(lab));
    });
    await goesOn(lab);
    const given = await script(lab);
    assert.match(given, /the server cannot record what it gives[^]*booting the local disk/);
    assert.doesNotMatch(given, /token/);
    const all = await lab.control.all();
    assert.match(renderAll(all), trouble.status);
    assert(all.state.lost > 0);
    await assert.rejects(lab.control.arm('q-bert'), /the server's state .*netboot\.db/);
    const described = await curl(lab, `/v1/machines/by-mac/${MAC}`, '-H', `Authorization: Bearer ${'0'.repeat(64)}`);
    assert.doesNotMatch(described.text, /netboot\.db/, 'where files are is nobody’s business on the network');
    await mend();
    await until('it is recorded again', () => isRecorded(lab));
    assert.match(await script(lab), /attempt 1 of 3[^]*gutinteg\.token=/);
    assert.equal((await lab.control.status('q-bert')).state, 'installing');
    const said = lab.log.filter((line) => /is not recorded|recorded again/.test(line));
    assert.equal(said.length, 2, lab.log.join('\n'));
  });
}

test('deleted: everything is written again within a second or two', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack);
  const { machineId } = await lab.control.arm('q-bert');
  const path = join(lab.stateDir, 'netboot.db');
  for (const suffix of ['', '-wal', '-shm']) await rm(path + suffix);
  await until('the file is there', () =>
    access(path).then(
      () => true,
      () => false,
    ),
  );
  assert.match(await script(lab), /attempt 1 of 3/);
  process.kill(lab.pid, 'SIGKILL');
  const left = new DatabaseSync(path, { readOnly: true });
  const row = left.prepare('SELECT id, life FROM machines').get();
  left.close();
  assert.equal(row?.['id'], machineId);
  assert.match(String(row['life']), /"installing"/);
});

test('a state directory that is full when the server starts: the same, and it begins when there is space', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack, { stateBytes: 16 * 1024, range: { from: '10.77.1.0', to: '10.77.1.9' } });
  assert.equal(await isRecorded(lab), false);
  await goesOn(lab);
  assert.match(await script(lab), /the server cannot record what it gives/);
  await runCommand(['mount', '-o', 'remount,size=4194304', lab.stateDir]);
  await until('it is recorded', () => isRecorded(lab));
  await lab.control.arm('q-bert');
  assert.match(await script(lab), /attempt 1 of 3/);
});

test('the whole directory deleted: state and control socket are there again', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack);
  const { machineId } = await lab.control.arm('q-bert');
  await rm(lab.stateDir, { recursive: true });
  await until('the control socket answers', () =>
    lab.control.status('q-bert').then(
      (status) => status.machineId === machineId && status.state === 'armed',
      () => false,
    ),
  );
  assert.match(await script(lab), /attempt 1 of 3/);
});

test('a lease of the range that cannot be recorded is not acknowledged, and is when it can', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack, { stateBytes: 4 * 1024 * 1024, range: { from: '10.77.1.0', to: '10.77.1.9' } });
  const load = ['-4', '-l', 'pxe0', '-r', '5', '-R', '5', '-n', '5', '-W', '1000000', SERVER];
  const acknowledged = async (): Promise<number> => {
    const { stdout } = await lab.client(['perfdhcp', ...load], { okExitCodes: [0, 3] });
    return [...stdout.matchAll(/received packets: (\d+)/g)].map(([, count]) => Number(count)).at(1) ?? -1;
  };
  const path = await fillUp(lab);
  assert.equal(await acknowledged(), 0);
  await rm(path);
  await until('it is recorded again', () => isRecorded(lab));
  assert.equal(await acknowledged(), 5);
});
