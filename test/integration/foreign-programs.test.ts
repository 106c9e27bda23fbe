// A program of arm64 on this computer: it runs in a namespace of its own, and nothing of that is seen outside.
import assert from 'node:assert/strict';
import { copyFile, chmod, mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, after, test } from 'node:test';
import { architectures } from '../../lib/architecture.ts';
import { runCommand } from '../../lib/run-command.ts';
import { fetchDebianFiles } from '../../netboot/ramdisk/debian-files.ts';
import { strippedNode } from '../../netboot/ramdisk/stripped-node.ts';
import { runProgramsOf } from '../../os-images/emulation/run-programs-of.ts';

const architecture = architectures.arm64;
const cacheDir = join(import.meta.dirname, '../../.state/cache');
const stack = new AsyncDisposableStack();
after(async () => stack.disposeAsync());
let root = '';

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'foreign-'));
  stack.defer(async () => rm(root, { recursive: true }));
  const debian = await fetchDebianFiles({ architecture, cacheDir });
  await copyFile(join(debian, 'bin/busybox'), join(root, 'busybox'));
});

test('programs of arm64 run, with the owners of this computer, and only inside', async (context) => {
  const outside = await readdir('/proc/sys/fs/binfmt_misc');
  const programs = await runProgramsOf(architecture, runCommand);
  context.after(programs.close);
  const inside = async (...words: string[]): Promise<string> =>
    (await programs.run(['chroot', root, '/busybox', ...words])).stdout.trim();
  assert.equal(await inside('uname', '-m'), 'aarch64');
  await inside('touch', '/theirs');
  await inside('chown', '1234:60000', '/theirs');
  const { uid, gid } = await stat(join(root, 'theirs'));
  assert.deepEqual([uid, gid], [1234, 60_000]);
  assert.deepEqual(await readdir('/proc/sys/fs/binfmt_misc'), outside);
  await assert.rejects(runCommand(['chroot', root, '/busybox', 'uname', '-m']), /exit code 12[67]/);
  await programs.close();
  await assert.rejects(programs.run(['true']), /nsenter/);
});

test('Node of the lock file for arm64, without its symbols, runs with the libraries that the ramdisk has', async () => {
  const debian = await fetchDebianFiles({ architecture, cacheDir });
  const { path, version } = await strippedNode({ architecture, cacheDir });
  const program = join(root, 'node');
  await copyFile(path, program);
  await chmod(program, 0o755);
  const { stdout } = await runCommand([
    'qemu-aarch64-static',
    '-L',
    debian,
    program,
    '-p',
    'process.version + process.arch',
  ]);
  assert.equal(stdout.trim(), `v${version}arm64`);
  assert.ok((await readFile(path)).length > 50_000_000);
});

test('a program that has closed the namespace goes on', async () => {
  const text = `
    import { architectures } from '${join(import.meta.dirname, '../../lib/architecture.ts')}';
    import { runCommand } from '${join(import.meta.dirname, '../../lib/run-command.ts')}';
    import { runProgramsOf } from '${join(import.meta.dirname, '../../os-images/emulation/run-programs-of.ts')}';
    // Once may go well by chance.
    for (let round = 0; round < 10; round += 1) {
      const programs = await runProgramsOf(architectures.arm64, runCommand);
      await programs.run(['true']);
      await programs.close();
    }
    console.log('closed');
  `;
  const { stdout } = await runCommand([process.execPath, '--input-type=module', '--eval', text]);
  assert.equal(stdout, 'closed\n');
});
