// The editing commands as users run them: many at once, killed, without permission, beside an editor.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { chmod, chown, lstat, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import * as fc from 'fast-check';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv } from '../../lib/run-command.ts';
import { database, VARIABLES } from '../../machdb/edits/arbitrary-files.ts';
import { editMachdb } from '../../machdb/edits/edit-machdb.ts';
import { planRename } from '../../machdb/edits/plan-rename.ts';
import { planSet } from '../../machdb/edits/plan-set.ts';
import { renderDiff } from '../../machdb/edits/render-diff.ts';
import { parseMachdb } from '../../machdb/parse.ts';

const root = join(import.meta.dirname, '../..');
const TEXT = 'lab:\n    DOMAIN=lab.example\n\nlab01: lab   # the first\n    IP=10.77.0.101\n';

type Site = {
  readonly dir: string;
  readonly file: string;
  readonly run: (...args: string[]) => ReturnType<typeof runCommand>;
};

/** Calls `use` with a site of its own, whose one file is `machdb/a.db`. */
async function withSite(use: (site: Site) => Promise<void>, text = TEXT): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'machdb-edits-'));
  try {
    await mkdir(join(dir, 'machdb'));
    await writeFile(join(dir, 'machdb/a.db'), text);
    const run = (...args: string[]) =>
      runCommand([join(root, 'bin/machdb'), ...args], { cwd: dir, okExitCodes: [0, 1, 2, 3] });
    await use({ dir, file: join(dir, 'machdb/a.db'), run });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function filesOf(site: Site): Promise<string[]> {
  return (await readdir(join(site.dir, 'machdb'))).sort();
}

const oldIp = 'IP=10.77.0.101';

suite('what is printed', () => {
  test('what was written where', async () => {
    await withSite(async (site) => {
      const { stdout, exitCode } = await site.run('set', 'lab01', 'IP=10.77.0.107');
      assert.deepEqual([exitCode, stdout], [0, 'machdb/a.db:5: lab01 IP=10.77.0.107 (was 10.77.0.101)\n']);
      assert.equal(await readFile(site.file, 'utf8'), TEXT.replace(oldIp, 'IP=10.77.0.107'));
      assert.deepEqual(await filesOf(site), ['a.db']);
    });
  });

  test('--dry-run prints what patch makes of it, and writes nothing', async () => {
    await withSite(async (site) => {
      const { stdout } = await site.run('clone', 'lab01', 'lab02', '--set', 'IP=10.77.0.102', '--dry-run');
      assert.equal(await readFile(site.file, 'utf8'), TEXT);
      await runCommand(['patch', '-p0', '--fuzz=0'], { cwd: site.dir, stdin: stdout });
      const patched = await readFile(site.file, 'utf8');
      await writeFile(site.file, TEXT);
      await site.run('clone', 'lab01', 'lab02', '--set', 'IP=10.77.0.102');
      assert.equal(await readFile(site.file, 'utf8'), patched);
    });
  });

  test('patch makes the same of odd files', async () => {
    const samples = fc.sample(fc.tuple(database, fc.constantFrom(...VARIABLES), fc.boolean()), 200);
    await withSite(async ({ dir }) => {
      const plans = samples.flatMap(([files, variable, renames], index) => {
        const named = files.map(({ path, text }) => ({ path: `${index}-${path}`, text }));
        const [name = ''] = parseMachdb(named).objects.keys();
        return [
          renames
            ? planRename(named, { from: name, to: 'new' })
            : planSet(named, name, [{ variable, operator: '=', value: 'new' }]),
        ];
      });
      const changed = plans.flatMap((plan) => plan.files);
      for (const { path, text = '' } of changed) await writeFile(join(dir, path), text);
      const stdin = plans.map(renderDiff).join('');
      await runCommand(['patch', '-p0', '--fuzz=0', '--binary', '--no-backup-if-mismatch'], { cwd: dir, stdin });
      for (const { path, newText } of changed) assert.equal(await readFile(join(dir, path), 'utf8'), newText);
    });
  });

  test('--json prints changes, or faults', async () => {
    await withSite(async (site) => {
      const done = JSON.parse((await site.run('set', 'lab01', 'IP=10.77.0.7', '--json')).stdout) as unknown;
      assert.deepEqual(done, {
        written: true,
        changes: [{ file: 'machdb/a.db', line: 5, object: 'lab01', variable: 'IP', now: 'IP=10.77.0.7', was: oldIp }],
        remarks: [],
        warnings: [],
        diff: '--- machdb/a.db\n+++ machdb/a.db\n@@ -2,4 +2,4 @@\n     DOMAIN=lab.example\n \n lab01: lab   # the first\n-    IP=10.77.0.101\n+    IP=10.77.0.7\n',
      });
      const refused = await site.run('set', 'lab01', 'IP=x', '--json');
      const { written, faults } = JSON.parse(refused.stdout) as { written: boolean; faults: { message: string }[] };
      assert.deepEqual([refused.exitCode, written, faults.length], [2, false, 1]);
    });
  });

  const failures: [args: string[], exitCode: number, says: RegExp][] = [
    [['set', 'lab001', 'A=1'], 1, /no object lab001; did you mean lab01\?/],
    [['set', 'lab01', 'A'], 2, /'A' is not an assignment/],
    [['set', 'lab01'], 2, /missing required argument/],
    [
      ['set', 'lab01', 'IP=10.77.0.300'],
      2,
      /nothing was changed: 1 fault\nmachdb\/a\.db:5: error: IP: '10\.77\.0\.300' is not/,
    ],
    [['set', 'lab01', 'PACKAGES+=tex'], 2, /the site has no packages\/tex/],
    [['unset', 'lab01', 'DOMAIN'], 1, /inherits it from lab: DOMAIN=lab\.example \(machdb\/a\.db:2\)/],
    [['remove', 'lab'], 2, /lab cannot be removed: lab01 \(machdb\/a\.db:4\) inherits from it/],
    [['rename', 'lab01', 'lab'], 2, /the object lab already exists: machdb\/a\.db:1/],
    [['rename', 'lab01', 'a b'], 2, /'a b' is not the name of an object/],
    [['clone', 'lab01', 'lab02'], 2, /lab02 has the IP address.*\n.*\n {2}try: --set IP=…/],
    [['add', 'lab02', '--parents', 'lbb'], 2, /inherits from lbb, which is not defined[^]*did you mean lab\?/],
    [['add', 'lab02', '--file', '../x.db'], 2, /is not a file \*\.db in machdb/],
    [['add', 'lab02', '--file', '.x.db'], 2, /is not a file \*\.db in machdb/],
    [['add', 'lab02', '--site', 'none'], 2, /cannot read the machine database in none\/machdb/],
  ];
  for (const [args, exitCode, says] of failures) {
    test(`machdb ${args.join(' ')}: ${exitCode}, and nothing is changed`, async () => {
      await withSite(async (site) => {
        const said = await site.run(...args);
        assert.equal(said.exitCode, exitCode, said.stderr);
        assert.match(said.stderr, says);
        assert.equal(await readFile(site.file, 'utf8'), TEXT);
        assert.deepEqual(await filesOf(site), ['a.db']);
      });
    });
  }
});

suite('several at once', () => {
  test('20 processes that each add a machine lose none', async () => {
    await withSite(async (site) => {
      const numbers = Array.from({ length: 20 }, (_, index) => 110 + index);
      const all = await Promise.all(
        numbers.map((number) => site.run('add', `m${number}`, '--parents', 'lab', `IP=10.77.0.${number}`)),
      );
      assert.deepEqual(
        all.map(({ exitCode, stderr }) => `${exitCode}${stderr}`),
        numbers.map(() => '0'),
      );
      const text = await readFile(site.file, 'utf8');
      for (const number of numbers) assert.ok(text.includes(`\nm${number}: lab\n    IP=10.77.0.${number}\n`), text);
      assert.equal(text.length, TEXT.length + numbers.length * '\nm110: lab\n    IP=10.77.0.110\n'.length);
      assert.deepEqual(await filesOf(site), ['a.db']);
    });
  });

  test('a process that is killed with the lock lets the next go on', { timeout: 60_000 }, async ({ signal }) => {
    await withSite(async (site) => {
      const script = `import * as fc from 'fast-check';
import { lockDirectory } from '${root}/lib/lock-directory.ts';
        await lockDirectory(process.argv[1], 5);
        console.log('locked');
        setInterval(() => {}, 1000);`;
      const args = ['--input-type=module', '--eval', script, join(site.dir, 'machdb')];
      const holder = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      try {
        await once(holder.stdout, 'data');
        const waiting = site.run('set', 'lab01', 'IP=10.77.0.107');
        await someoneWaits(join(site.dir, 'machdb'), signal);
        holder.kill('SIGKILL');
        assert.equal((await waiting).exitCode, 0);
      } finally {
        holder.kill('SIGKILL');
      }
    });
  });

  /** Resolves once the kernel has somebody in the queue for the lock. */
  async function someoneWaits(dir: string, signal: AbortSignal): Promise<void> {
    const { ino } = await stat(dir);
    const waiting = new RegExp(`-> FLOCK .*:${ino} `);
    while (!waiting.test(await readFile('/proc/locks', 'utf8'))) await setImmediate(undefined, { signal });
  }

  test('what an edit left that was killed between writing and renaming is cleared away', async () => {
    await withSite(async (site) => {
      await writeFile(join(site.dir, 'machdb/.a.db.0123456789ab'), 'half');
      await writeFile(join(site.dir, 'machdb/.b.db.0123456789ab'), 'of nobody');
      await site.run('set', 'lab01', 'IP=10.77.0.107');
      assert.deepEqual(await filesOf(site), ['.b.db.0123456789ab', 'a.db']);
    });
  });

  const meanwhile: [file: string, text: string][] = [
    ['a.db', TEXT.replace('first', 'FIRST')],
    ['b.db', 'other:\n'],
  ];
  for (const [name, text] of meanwhile) {
    test(`what an editor saves to ${name} meanwhile is not lost`, async () => {
      await withSite(async (site) => {
        const saved = join(site.dir, 'machdb', name);
        const plan = (files: Parameters<typeof planSet>[0]) => {
          writeFileSync(saved, text);
          return planSet(files, 'lab01', [{ variable: 'A', operator: '=', value: '1' }]);
        };
        const options = { dir: join(site.dir, 'machdb'), checks: [], dryRun: false };
        const problem = new RegExp(`${name} changed while this edit was being made; nothing was changed`);
        await assert.rejects(editMachdb({ what: 'a test', plan }, options), problem);
        assert.equal(await readFile(saved, 'utf8'), text);
        assert.deepEqual(await filesOf(site), [...new Set(['a.db', name])]);
      });
    });
  }
});

suite('files', () => {
  test('mode and owner stay', async () => {
    await withSite(async (site) => {
      await chmod(site.file, 0o664);
      await chown(site.file, 12345, 23456);
      await site.run('set', 'lab01', 'IP=10.77.0.107');
      const { mode, uid, gid } = await stat(site.file);
      assert.deepEqual([mode & 0o7777, uid, gid], [0o664, 12345, 23456]);
    });
  });

  test('a symbolic link stays one; what it leads to is changed', async () => {
    await withSite(async (site) => {
      await mkdir(join(site.dir, 'shared'));
      await writeFile(join(site.dir, 'shared/real.txt'), 'linked:\n');
      await symlink('../shared/real.txt', join(site.dir, 'machdb/b.db'));
      const { stdout } = await site.run('set', 'linked', 'A=1');
      assert.equal(stdout, 'machdb/b.db:2: linked A=1 (new)\n');
      assert.ok((await lstat(join(site.dir, 'machdb/b.db'))).isSymbolicLink());
      assert.equal(await readFile(join(site.dir, 'shared/real.txt'), 'utf8'), 'linked:\n    A=1\n');
      assert.deepEqual(await readdir(join(site.dir, 'shared')), ['real.txt']);
    });
  });

  test('a file that is read-only, or not UTF-8, is left alone', async () => {
    await withSite(async (site) => {
      await chmod(site.file, 0o444);
      const readOnly = await site.run('set', 'lab01', 'A=1');
      assert.deepEqual(
        [readOnly.exitCode, readOnly.stderr],
        [1, 'cannot write machdb/a.db; nothing was changed\n  cause: it is read-only\n'],
      );
      await chmod(site.file, 0o644);
      const latin1 = Buffer.from(`${TEXT}# caf\xe9\n`, 'latin1');
      await writeFile(site.file, latin1);
      for (const args of [
        ['set', 'lab01', 'A=1'],
        ['set', 'lab01', 'A=1', '--dry-run'],
        ['unset', 'lab01', 'IP'],
        ['add', 'lab02', 'IP=10.77.0.102'],
        ['clone', 'lab01', 'lab02', '--set', 'IP=10.77.0.102', '--dry-run'],
        ['rename', 'lab', 'lab9'],
        ['remove', 'lab01', '--dry-run'],
      ]) {
        const said = await site.run(...args);
        assert.match(said.stderr, /machdb\/a\.db is not UTF-8 and cannot be edited; nothing was changed/);
        assert.deepEqual([said.exitCode, said.stdout], [2, '']);
        assert.deepEqual(await readFile(site.file), latin1);
      }
    });
  });

  test('an argument that is not UTF-8 is refused', async () => {
    await withSite(async (site) => {
      const script = `exec ${root}/bin/machdb set lab01 "A=caf$(printf '\\351')"`;
      const said = await runCommand(['sh', '-c', script], { cwd: site.dir, okExitCodes: [0, 2] });
      assert.equal(said.exitCode, 2);
      assert.match(said.stderr, /'A=caf.' is not UTF-8/);
      assert.equal(await readFile(site.file, 'utf8'), TEXT);
    });
  });

  test('a byte-order mark, CR LF and a NUL elsewhere stay as they are', async () => {
    const text = '\uFEFFlab01:\r\n    IP=10.77.0.101\r\n    X=a\0b\r\n';
    await withSite(async (site) => {
      assert.equal((await site.run('set', 'lab01', 'IP=10.77.0.102')).exitCode, 0);
      assert.equal(await readFile(site.file, 'utf8'), text.replace('0.101', '0.102'));
    }, text);
  });

  test('a directory without permission is left alone', async () => {
    await withSite(async (site) => {
      await chmod(site.dir, 0o755);
      await chmod(join(site.dir, 'machdb'), 0o755);
      await chmod(site.file, 0o666);
      const argv: Argv = [join(root, 'bin/machdb'), 'set', 'lab01', 'A=1'];
      const nobody: Argv = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...argv];
      const said = await runCommand(nobody, { cwd: site.dir, okExitCodes: [1] });
      assert.match(
        said.stderr,
        /^cannot write machdb\/a\.db: no new file in .*machdb is possible; nothing was changed\n {2}cause: EACCES/,
      );
      assert.equal(await readFile(site.file, 'utf8'), TEXT);
      assert.deepEqual(await filesOf(site), ['a.db']);
    });
  });

  test('the owner of a file is not changed by one who may not give it back', async () => {
    await withSite(async (site) => {
      await chmod(site.dir, 0o777);
      await chmod(join(site.dir, 'machdb'), 0o777);
      await chmod(site.file, 0o666);
      const argv: Argv = [join(root, 'bin/machdb'), 'set', 'lab01', 'A=1'];
      const nobody: Argv = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...argv];
      const said = await runCommand(nobody, { cwd: site.dir, okExitCodes: [1] });
      assert.match(said.stderr, /^cannot keep the owner of machdb\/a\.db/);
      assert.deepEqual(await filesOf(site), ['a.db']);
    });
  });

  test('a rename that ends half way is a fault for check, and is ended by the same command', async () => {
    await withSite(async (site) => {
      await writeFile(join(site.dir, 'machdb/b.db'), 'lab02: lab\n    IP=10.77.0.102\n');
      const files = [
        { path: 'a.db', text: TEXT },
        { path: 'b.db', text: 'lab02: lab\n    IP=10.77.0.102\n' },
      ];
      const [first, second] = planRename(files, { from: 'lab', to: 'room' }).files;
      assert.deepEqual([first?.path, second?.path], ['b.db', 'a.db']);
      await writeFile(join(site.dir, 'machdb/b.db'), first?.newText ?? '');
      const check = await site.run('check');
      assert.match(check.stderr, /lab02 inherits from room, which is not defined/);
      assert.equal((await site.run('rename', 'lab', 'room')).exitCode, 0);
      assert.equal((await site.run('check')).exitCode, 0);
      assert.equal(await readFile(site.file, 'utf8'), second?.newText);
    });
  });
});
