// `gutinteg init` as a new user types it: what it says of keys, and the site that it leaves.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';

const bin = join(import.meta.dirname, '../../bin');

async function home(stack: AsyncDisposableStack) {
  const dir = await mkdtemp(join(tmpdir(), 'init-cli-'));
  stack.defer(() => rm(dir, { recursive: true }));
  const init = (...words: string[]) =>
    runCommand([join(bin, 'gutinteg'), 'init', 'site', ...words], {
      cwd: dir,
      env: { HOME: dir, SUDO_USER: 'nobody-of-that-name' },
    });
  return { dir, init };
}

test('with a key: it is said, and every machine of the site has it', async () => {
  await using stack = new AsyncDisposableStack();
  const { dir, init } = await home(stack);
  await mkdir(join(dir, '.ssh'));
  const file = join(dir, '.ssh/id_ed25519');
  await runCommand(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'ann smith', '-f', file]);
  const { stdout } = await init();
  assert.match(stdout, /^These keys let in as root on its machines, by SSH \(ROOT_KEYS in machdb\/15-login\.db\):$/m);
  assert.ok(stdout.includes(`\n  ${file}.pub  ssh-ed25519 ann-smith\n`), stdout);
  const site = join(dir, 'site');
  await runCommand([join(bin, 'machdb'), 'check', '--strict', '--site', site]);
  const queried = await runCommand([join(bin, 'machdb'), 'query', 'lab02', '--site', site, '--format', 'json']);
  const [, blob] = (await readFile(`${file}.pub`, 'utf8')).split(' ');
  assert.ok(queried.stdout.includes(`"ssh-ed25519 ${blob} ann-smith"`), queried.stdout);
  const secret = (await readFile(file, 'utf8')).split('\n')[1] ?? assert.fail();
  for (const name of await readdir(site, { recursive: true })) {
    if (!(await stat(join(site, name))).isFile()) continue;
    assert.ok(!(await readFile(join(site, name), 'utf8')).includes(secret), name);
  }
});

test('without a key: nobody gets in, and how to change that', async () => {
  await using stack = new AsyncDisposableStack();
  const { dir, init } = await home(stack);
  const planned = await init('--dry-run');
  assert.match(
    planned.stdout,
    /files would be written into site\n\nNo public key was found in ~\/\.ssh, so nobody can log in/,
  );
  assert.deepEqual(await readdir(dir), []);
  const { stdout } = await init();
  const hint = /machdb set login ROOT_KEYS=.*/.exec(stdout)?.[0] ?? assert.fail(stdout);
  await mkdir(join(dir, '.ssh'));
  await runCommand(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(dir, '.ssh/id_ed25519')]);
  const env = { HOME: dir, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
  await runCommand(['sh', '-c', hint], { cwd: join(dir, 'site'), env });
  await runCommand([join(bin, 'machdb'), 'check', '--strict'], { cwd: join(dir, 'site') });
  assert.match(await readFile(join(dir, 'site/machdb/15-login.db'), 'utf8'), /^ {4}ROOT_KEYS="?ssh-ed25519 AAAA/m);
});
