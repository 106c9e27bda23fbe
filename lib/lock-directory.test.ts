import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { lockDirectory } from './lock-directory.ts';

suite('the lock on a directory', () => {
  test('is exclusive, waits, and leaves nothing behind', async () => {
    await withDirectory(async (dir) => {
      const order: string[] = [];
      const hold = async (name: string) => {
        await using lock = await lockDirectory(dir, 30);
        order.push(`${name} has it`);
        await setImmediate();
        assert.equal(lock.isHeld(), true);
        order.push(`${name} lets go`);
      };
      await Promise.all([hold('a'), hold('b'), hold('c')]);
      assert.equal(order.length, 6);
      for (const index of [0, 2, 4]) assert.equal(order[index]?.slice(0, 1), order[index + 1]?.slice(0, 1));
      assert.deepEqual(await readdir(dir), []);
    });
  });

  test('is refused with the process that has it', async () => {
    await withDirectory(async (dir) => {
      await using _lock = await lockDirectory(dir, 0);
      const message = new RegExp(
        `^${dir} is still locked after 0 s; it is held by process ${process.pid} \\(.*node.*\\)$`,
      );
      await assert.rejects(lockDirectory(dir, 0), { name: 'DirectoryHeldError', message, exitCode: 1 });
    });
  });

  test('is known to be lost when the programs that hold it are killed', async () => {
    await withDirectory(async (dir) => {
      await using lock = await lockDirectory(dir, 0);
      for (const pid of await programsThatHold(dir)) process.kill(pid, 'SIGKILL');
      while (lock.isHeld()) await setImmediate();
      await using _other = await lockDirectory(dir, 0);
    });
  });

  test('needs a directory', async () => {
    await assert.rejects(lockDirectory('/nonexistent/machdb', 0), /cannot lock \/nonexistent\/machdb with flock/);
  });
});

async function withDirectory(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'lock-directory-'));
  try {
    await use(dir);
  } finally {
    await rm(dir, { recursive: true });
  }
}

/** `flock`, as the kernel names it, and the `cat` that it runs. */
async function programsThatHold(dir: string): Promise<number[]> {
  const { ino } = await stat(dir);
  const locks = await readFile('/proc/locks', 'utf8');
  const pid = new RegExp(`FLOCK +ADVISORY +WRITE (\\d+) \\w+:\\w+:${ino} `).exec(locks)?.[1] ?? '';
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return [pid, ...children.trim().split(' ')].map(Number);
}
