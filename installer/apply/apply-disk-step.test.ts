import assert from 'node:assert/strict';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { MiB } from '../../lib/bytes.ts';
import { UserError } from '../../lib/errors.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import type { MachineFacts } from '../../partition-specs/disk-facts.ts';
import { planLayout } from '../../partition-specs/plan-layout.ts';
import { parsePartitionSpec } from '../../partition-specs/spec.ts';
import { disk, machine } from '../../partition-specs/testing/disk.ts';
import { applyDiskStep } from './apply-disk-step.ts';
import type { DataReport } from './apply-disk-step.ts';
import type { InstallStep } from '../plan/install-step.ts';
import { isFinal } from './is-final.ts';
import type { InstallPlan } from '../plan/plan-install.ts';

const facts = machine(disk({ serial: 'A' }));
const layout = planLayout({
  spec: parsePartitionSpec('disk0: (a 1G ext4 /) (h rest xfs /home data)'),
  facts,
  bindings: {},
  machineId: '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41',
  initData: ['h'],
});
const plan = { facts, layout } as unknown as InstallPlan;

type Given = { readonly stdout?: string; readonly now?: MachineFacts; readonly data?: DataReport };

async function apply(step: Parameters<typeof applyDiskStep>[0], { stdout = '', now = facts, data = new Map() }: Given) {
  const lines: string[] = [];
  const run: RunCommand = async () => ({ exitCode: 0, stdout, stderr: '' });
  const effects = {
    run,
    readFacts: async () => now,
    saveDisks: async () => undefined,
    message: (line: string) => void lines.push(line),
  };
  const error = await applyDiskStep(step, plan, effects, data).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { error, lines };
}

test('the facts are those of the plan, or nothing is written and the next attempt plans anew', async () => {
  const step: InstallStep = { phase: 'confirm', kind: 'confirm-facts', why: '' };
  assert.equal((await apply(step, {})).error, undefined);
  const renamed = machine(disk({ serial: 'A', path: '/dev/vdb' }));
  const { error } = await apply(step, { now: renamed });
  assert.ok(error instanceof UserError);
  assert.match(
    error.message,
    /are not as the plan was made for; nothing was written[^]*path was \/dev\/vda, is \/dev\/vdb/,
  );
  assert.equal(isFinal(error), false);
});

test('a new data partition is not made where something lies', async () => {
  const step = {
    phase: 'confirm',
    kind: 'expect-blank',
    disk: '/dev/vda',
    startBytes: MiB,
    sizeBytes: MiB,
    mustBeZero: false,
    why: '',
  } as const;
  assert.equal((await apply(step, {})).error, undefined);
  const { error } = await apply(step, { stdout: 'TYPE=xfs\nUUID=1234\n' });
  assert.match(String(error), /xfs 1234 lies there; nothing was changed/);
  assert.equal(isFinal(error), true);
});

suite('data partitions before and after', () => {
  const cases: [what: string, at: number | undefined, message: RegExp][] = [
    ['unchanged', undefined, /data disk0\/h: unchanged \(SHA-256 superblock \w{16}, first MiB/],
    ['its first MiB', MiB + 5000, /data partition disk0\/h is not as it was before: first changed/],
    ['its superblock', MiB + 100, /first, superblock changed/],
    ['its last MiB', 5 * MiB - 1, /last changed/],
  ];
  for (const [what, at, message] of cases) {
    test(what, async () => {
      await using cleanup = new AsyncDisposableStack();
      const directory = await mkdtemp(join(tmpdir(), 'data-digest-'));
      cleanup.defer(() => rm(directory, { recursive: true }));
      const file = join(directory, 'disk');
      await writeFile(file, Buffer.alloc(6 * MiB, 7));
      const superblock = { offsetBytes: 0, sizeBytes: 512 };
      const extents = [{ name: 'disk0/h', disk: file, startBytes: MiB, sizeBytes: 4 * MiB, superblock }];
      const data: DataReport = new Map();
      const digest = (when: 'before' | 'after') =>
        apply({ phase: 'verify', kind: 'digest-data', when, extents, why: '' }, { data });
      assert.equal((await digest('before')).error, undefined);
      if (at !== undefined) {
        await using handle = await open(file, 'r+');
        await handle.write(Buffer.from([8]), 0, 1, at);
      }
      const { error, lines } = await digest('after');
      assert.match(at === undefined ? lines.join() : String(error), message);
      assert.equal(error !== undefined && isFinal(error), at !== undefined);
      assert.equal(data.get('disk0/h')?.after !== undefined, at === undefined);
    });
  }
});

test("the kernel's partitions are the planned ones, by name, place and size", async () => {
  const step: InstallStep = { phase: 'partition', kind: 'verify-kernel', disk: '/dev/vda', why: '' };
  const nodes = (layout.disks[0]?.partitions ?? []).map(({ device, startSector, sizeSectors }) => {
    return { path: device, type: 'part', start: startSector, size: sizeSectors * 512 };
  });
  const view = (rows: typeof nodes) =>
    JSON.stringify({ blockdevices: [{ path: '/dev/vda', type: 'disk', start: null, size: 64 * 1024 ** 3 }, ...rows] });
  assert.equal((await apply(step, { stdout: view(nodes) })).error, undefined);
  const moved = nodes.map((node, index) => (index === 1 ? { ...node, start: node.start + 8 } : node));
  assert.match(String((await apply(step, { stdout: view(moved) })).error), /kernel shows \/dev\/vda1 at byte/);
  assert.match(String((await apply(step, { stdout: view(nodes.slice(1)) })).error), /does not show \/dev\/vda128/);
  const more = [...nodes, { path: '/dev/vda5', type: 'part', start: 1, size: 512 }];
  assert.match(String((await apply(step, { stdout: view(more) })).error), /shows \/dev\/vda5, which was not planned/);
});

test('a file system is the one that was to be made', async () => {
  const step = {
    phase: 'verify',
    kind: 'verify-content',
    device: '/dev/vda1',
    type: 'vfat',
    uuid: 'AB12-CD34',
    why: '',
  } as const;
  assert.equal((await apply(step, { stdout: 'UUID=AB12-CD34\nTYPE=vfat\n' })).error, undefined);
  assert.match(
    String((await apply(step, { stdout: 'UUID=AB12-CD35\nTYPE=vfat\n' })).error),
    /blkid reads vfat AB12-CD35/,
  );
  assert.match(String((await apply(step, {})).error), /should hold vfat AB12-CD34, and blkid reads nothing/);
});
