// packagelink, packageunlink and packagecheck as they are typed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { suite, test } from 'node:test';
import { architectureOf } from '../../lib/architecture.ts';
import { runCommand } from '../../lib/run-command.ts';
import { loadOrCreateSiteKey } from '../../packagelink/manifests/keys.ts';
import { publishTree } from '../../packagelink/publish/publish.ts';
import { openStore } from '../../packagelink/store/store.ts';
import { walk, withDirectory } from './packagelink-linking-lab.ts';

const ARCH = architectureOf(process.arch);
const bin = join(import.meta.dirname, '../../bin');

type Said = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };
type Lab = {
  readonly dir: string;
  readonly target: string;
  readonly put: (path: string, text: string, mode?: number) => void;
  readonly read: (path: string) => string;
  readonly run: (program: string, ...args: string[]) => Promise<Said>;
  /** The same, and it must end well. */
  readonly ok: (program: string, ...args: string[]) => Promise<string>;
};

async function inLab(work: (lab: Lab) => Promise<void>): Promise<void> {
  await withDirectory(async (dir) => {
    mkdirSync(join(dir, 'target'));
    const put = (path: string, text: string, mode = 0o644) => {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
      chmodSync(join(dir, path), mode);
    };
    const run = async (program: string, ...args: string[]) =>
      await runCommand([join(bin, program), '--target', 'target', ...args], { cwd: dir, okExitCodes: [0, 1, 2, 3] });
    const ok = async (program: string, ...args: string[]) => {
      const said = await run(program, ...args);
      assert.deepEqual([said.exitCode, said.stderr], [0, ''], said.stdout);
      return said.stdout;
    };
    const read = (path: string) => readFileSync(join(dir, path), 'utf8');
    await work({ dir, target: join(dir, 'target'), put, read, run, ok });
  });
}

test('link, override, check, unlink', async () => {
  await inLab(async ({ put, read, run, ok }) => {
    put('one/bin/tool', 'one\n', 0o755);
    put('one/etc/motd.plprocess', 'This is ##HOST##.\n##NFS##mount\n');
    put('two/bin/tool', 'two\n', 0o755);
    put('two/.packagelink.yaml', 'priority: 60\n');
    put('target/etc/motd', 'by hand\n', 0o600);
    await ok('packagelink', '-DHOST=a', 'one');
    assert.equal(read('target/etc/motd'), 'This is a.\n##NFS##mount\n');
    assert.match(await ok('packagelink', 'two'), /^replaced bin\/tool: .*\n1 change; linked: one two\n$/);
    assert.match(await ok('packagecheck'), /: 0 wrong, 0 foreign\n$/);
    put('target/bin/tool', 'hacked\n', 0o755);
    put('target/bin/other', 'x');
    const checked = await run('packagecheck', '--json');
    assert.equal(checked.exitCode, 3);
    const { wrong, foreign } = JSON.parse(checked.stdout) as { wrong: Record<string, string>[]; foreign: string[] };
    assert.deepEqual(
      wrong.map((one) => [one['path'], one['package'], one['fault']]),
      [['bin/tool', 'two', 'content']],
    );
    assert.deepEqual(foreign, ['bin/other']);
    assert.match(await ok('packageunlink', 'two'), /linked: one\n$/);
    assert.equal(read('target/bin/tool'), 'one\n');
    const last = await run('packageunlink', 'one');
    assert.match(last.stdout, /linked: nothing\n$/);
    assert.equal(last.stderr, 'notice: bin is no longer in one, and stays: it holds other files\n');
    assert.deepEqual([read('target/etc/motd'), read('target/bin/other')], ['by hand\n', 'x']);
    assert.ok(!existsSync('target/bin/tool'));
  });
});

test('check: each kind of fault; --fast notices a forged time; foreign paths, excluded and counted', async () => {
  await inLab(async ({ target, put, run, ok }) => {
    for (const name of ['content', 'mode', 'type', 'missing', 'forged']) put(`one/${name}`, 'text\n');
    await ok('packagelink', 'one');
    put('target/content', 'TEXT\n');
    chmodSync(join(target, 'mode'), 0o666);
    rmSync(join(target, 'type'));
    symlinkSync('mode', join(target, 'type'));
    rmSync(join(target, 'missing'));
    execFileSync('touch', ['-r', join(target, 'forged'), join(target, 'time')]);
    put('target/forged', 'TEXT\n');
    execFileSync('touch', ['-r', join(target, 'time'), join(target, 'forged')]);
    rmSync(join(target, 'time'));
    for (const fast of [[], ['--fast']]) {
      const { exitCode, stdout } = await run('packagecheck', ...fast);
      const lines = stdout.split('\n').map((line) => line.split(' ').slice(0, 2).join(' '));
      assert.deepEqual(lines.slice(0, 5).toSorted(), [
        'content content',
        'content forged',
        'metadata mode',
        'missing missing',
        'type type',
      ]);
      assert.equal(exitCode, 3);
    }
    await ok('packagelink');
    put('target/home/me/file', 'x');
    put('target/stray', 'x');
    assert.match(await ok('packagecheck'), /^foreign home\/\nforeign stray\n/);
    assert.doesNotMatch(await ok('packagecheck', '--exclude', 'home'), /home/);
    assert.equal((await run('packagecheck', '--foreign', 'fail')).exitCode, 3);
    assert.match(await ok('packagecheck', '--foreign', 'ignore'), /^5 paths checked: 0 wrong, 0 foreign\n$/);
  });
});

test('of variants beside each other, the one for this machine is taken, and the others go', async () => {
  const other = ARCH === 'amd64' ? 'arm64' : 'amd64';
  await inLab(async ({ dir, put, read, run, ok }) => {
    put('lib/one/a', 'plain\n');
    put('lib/one/only-plain', 'x\n');
    assert.match(await ok('packagelink', 'lib/one'), /; linked: one\n$/);
    put(`lib/one@${ARCH}/a`, 'mine\n');
    put(`lib/one@${other}/a`, 'other\n');
    const said = await ok('packagelink', 'lib/one/');
    assert.match(said, new RegExp(`new version in one@${ARCH}\n`));
    assert.match(said, new RegExp(`; linked: one@${ARCH}\n$`));
    assert.deepEqual([read('target/a'), existsSync(join(dir, 'target/only-plain'))], ['mine\n', false]);
    assert.match(await ok('packagecheck'), /1 path checked: 0 wrong/);
    const record = JSON.stringify({ ARCH: other, OSREV: '12' });
    put('record.json', record);
    assert.match(
      await ok('packagelink', '--allow-mass-delete', `-DARCH=${other}`, '--dry-run', '60:lib/one'),
      /not made/,
    );
    assert.match(await ok('packageunlink', 'one'), /^deleted a: .*\n1 change; linked: nothing\n$/);
    put(`lib/one@12-${other}/a`, 'system\n');
    assert.match(
      await ok('packagelink', '--record', 'record.json', 'lib/one'),
      new RegExp(`linked: one@12-${other}\n$`),
    );
    await ok('packageunlink', `one@12-${other}`);
    assert.match(await ok('packagelink', `lib/one@${other}`), new RegExp(`linked: one@${other}\n$`));
    put(`lib/two@${other}/a`, 'x');
    const { exitCode, stderr } = await run('packagelink', 'lib/two');
    assert.deepEqual([exitCode, stderr.includes(`there is two@${other}, for other machines`)], [2, true]);
    put(`lib/three@${ARCH}/b`, 'x');
    assert.match(await ok('packagelink', 'lib/three'), new RegExp(`three@${ARCH}\n$`));
  });
});

test('templates have the suffix that the package or the option says', async () => {
  await inLab(async ({ dir, put, read, run, ok }) => {
    put('one/.packagelink.yaml', 'suffix: .in\nverbatim: [c.in]\npriority: 60\n');
    for (const name of ['a.in', 'b.plprocess', 'c.in', '...in']) put(`one/${name}`, 'is ##A##\n');
    put('two/a.tmpl', '##B##two\n');
    put('two/d.tmpl', 'two ##B##\n');
    assert.match(await ok('packagelink', '-DA=x', 'one'), /4 changes; linked: one\n$/);
    assert.deepEqual(
      ['a', 'b.plprocess', 'c.in', '...in'].map((name) => read(`target/${name}`)),
      ['is x\n', 'is ##A##\n', 'is ##A##\n', 'is ##A##\n'],
    );
    assert.match(await ok('packagelink', 'explain', 'a'), /from the template a\.in\n/);
    assert.match((await run('packagelink', 'explain', 'a.in')).stderr, /near it are a\n/);
    assert.match(await ok('packagelink', '--suffix', '.tmpl', '-DB=y', 'two'), /; linked: one two\n$/);
    assert.deepEqual([read('target/a'), read('target/d')], ['is x\n', 'two y\n']);
    assert.match(await ok('packagelink'), /^0 changes/);
    assert.match(await ok('packagecheck'), /5 paths checked: 0 wrong/);
    await ok('packageunlink', 'one');
    assert.equal(read('target/a'), 'ytwo\n');
    // The option counts more than the settings, with which it is not asked any more.
    put('one/.packagelink.yaml', 'suffix: .in\n');
    await ok('packagelink', '--suffix', '.plprocess', '-DA=z', '60:one');
    assert.deepEqual([read('target/a.in'), read('target/b')], ['is ##A##\n', 'is z\n']);
    const store = openStore(join(dir, 'store'));
    const { privateKey: signingKey } = await loadOrCreateSiteKey(dir);
    put('pub/.packagelink.yaml', 'suffix: .in\n');
    put('pub/p.in', 'is ##A##\n');
    await publishTree({ store, name: 'pub', tree: join(dir, 'pub'), kind: 'site', signingKey });
    await ok('packagelink', '-DA=s', '--store', 'store', '--key', 'keys/site.pub', 'pub');
    assert.equal(read('target/p'), 'is s\n');
  });
});

test('a suffix that makes no sense is refused, in settings and on the command line', async () => {
  await inLab(async ({ put, run }) => {
    put('one/a', 'x');
    for (const [suffix, message] of [
      ['', /empty; every file would be a template/],
      ['.a/b', /has a slash/],
      ['in', /does not begin with a dot; did you mean \.in\?/],
      ['.', /no letters after the dot/],
      ['..', /no letters after the dot/],
    ] as const) {
      put('one/.packagelink.yaml', `suffix: '${suffix}'\n`);
      const settings = await run('packagelink', 'one');
      put('one/.packagelink.yaml', '');
      const option = await run('packagelink', '--suffix', suffix, 'one');
      for (const { exitCode, stderr } of [settings, option])
        assert.deepEqual([exitCode, message.test(stderr)], [2, true], stderr);
    }
    const idle = await run('packagelink', '--suffix', '.in');
    assert.deepEqual([idle.exitCode, /is for directories/.test(idle.stderr)], [2, true]);
  });
});

test('a file that vanishes while its package is read is named, and the rest is linked', async () => {
  await inLab(async ({ dir, put, read }) => {
    for (const name of ['a', 'b', 'c']) put(`one/${name}`, `${name}\n`);
    put('two/d', 'd\n');
    // Somebody removes it between the list of the directory and the look at the file.
    put(
      'race.mjs',
      `import fs from 'node:fs';
       import { syncBuiltinESMExports } from 'node:module';
       const { lstatSync } = fs;
       fs.lstatSync = (place, ...rest) => {
         if (String(place).endsWith('/one/b')) try { fs.unlinkSync(place); } catch {}
         return lstatSync(place, ...rest);
       };
       syncBuiltinESMExports();`,
    );
    const env = { NODE_OPTIONS: `--import ${join(dir, 'race.mjs')}` };
    const argv = [join(bin, 'packagelink'), '--target', 'target', 'one', 'two'] as const;
    const { exitCode, stdout, stderr } = await runCommand(argv, { cwd: dir, env, okExitCodes: [1] });
    assert.equal(exitCode, 1);
    assert.match(stdout, /^3 changes; linked: one two$/m, stderr);
    assert.match(stderr, /^error: b of one vanished while the package was read, and is not linked; run again/);
    assert.deepEqual([read('target/a'), read('target/c'), read('target/d')], ['a\n', 'c\n', 'd\n']);
  });
});

test('of variants in a store, too, the one for this machine is taken', async () => {
  await inLab(async ({ dir, put, ok }) => {
    put('plain/a', 'plain\n');
    put('mine/a', 'mine\n');
    const store = openStore(join(dir, 'store'));
    const key = await loadOrCreateSiteKey(dir);
    for (const [name, tree] of [
      ['one', 'plain'],
      [`one@${ARCH}`, 'mine'],
    ] as const)
      await publishTree({ store, name, tree: join(dir, tree), kind: 'local', signingKey: key.privateKey });
    const said = await ok('packagelink', '--store', 'store', '--key', 'keys/site.pub', 'one');
    assert.match(said, new RegExp(`; linked: one@${ARCH}\n$`));
  });
});

test('check: without --fast, bytes are compared that lstat does not show to be others', async () => {
  await inLab(async ({ target, put, run, ok }) => {
    put('one/a', 'text\n');
    await ok('packagelink', 'one');
    put('target/a', 'TEXT\n');
    const { mtimeMs, ctimeMs } = lstatSync(join(target, 'a'));
    const database = new DatabaseSync(join(target, '.packagelink/state.db'));
    database.prepare("UPDATE paths SET mtime_ms = ?, ctime_ms = ? WHERE path = 'a'").run(mtimeMs, ctimeMs);
    database.close();
    assert.doesNotMatch((await run('packagecheck', '--fast')).stdout, /^content/);
    assert.match((await run('packagecheck')).stdout, /^content a /);
  });
});

test('hard links share inodes with the tree; what says otherwise, and templates, are copied; and back to copies', async () => {
  await inLab(async ({ dir, target, put, run, ok }) => {
    for (const name of ['linked', 'owned', 'made.plprocess']) put(`one/${name}`, 'text\n');
    put('one/.packagelink.yaml', 'files:\n  - match: owned\n    mode: "0600"\n');
    const inode = (path: string) => lstatSync(join(dir, path)).ino;
    const { exitCode, stderr } = await run('packagelink', '--hardlink', 'one');
    assert.equal(exitCode, 0);
    assert.match(stderr, /^notice: 1 file of one copied, not linked: owner or mode differ from the source\n$/);
    assert.equal(inode('target/linked'), inode('one/linked'));
    assert.notEqual(inode('target/owned'), inode('one/owned'));
    assert.equal(lstatSync(join(dir, 'one/owned')).mode & 0o777, 0o644);
    assert.equal(lstatSync(join(target, 'made')).nlink, 1);
    assert.match((await run('packagelink')).stdout, /^0 changes/);
    assert.match(await ok('packagelink', 'one'), /^replaced linked: should be a copy of its source\n1 change/);
    assert.notEqual(inode('target/linked'), inode('one/linked'));
  });
});

test('hard links to another file system become copies, with a notice', async () => {
  await inLab(async ({ target, put, run }) => {
    await withDirectory(async (other) => {
      put('one/file', 'text\n');
      execFileSync('cp', ['-a', join(dirname(target), 'one'), other]);
      const { exitCode, stderr } = await run('packagelink', '--hardlink', join(other, 'one'));
      assert.equal(exitCode, 0);
      assert.match(stderr, /1 file of one copied, not linked: they are on another file system/);
      assert.equal(lstatSync(join(target, 'file')).nlink, 1);
    }, '/tmp');
  });
});

test('a tree that is gone or has changed: unlinking what was above it brings its bytes back all the same', async () => {
  for (const [spoil, when] of [
    ['gone', 'after'],
    ['changed', 'after'],
    ['gone', 'before'],
    ['changed', 'before'],
  ]) {
    await inLab(async ({ dir, put, read, ok }) => {
      put('one/a', 'one\n');
      put('one/b.plprocess', '##X##\n');
      put('two/a', 'two\n');
      put('two/b', 'two\n');
      await ok('packagelink', '-DX=1', 'one');
      if (when === 'after') await ok('packagelink', '60:two');
      rmSync(join(dir, 'one'), { recursive: true });
      if (spoil === 'changed') put('one/a', 'new\n');
      if (when === 'before') await ok('packagelink', '60:two');
      await ok('packageunlink', 'two');
      assert.deepEqual([read('target/a'), read('target/b')], ['one\n', '1\n']);
    });
  }
});

test('a package of a store, with the key that signed it', async () => {
  await inLab(async ({ dir, target, put, read, run, ok }) => {
    put('one/a', 'published\n');
    const key = await loadOrCreateSiteKey(join(dir, 'state'));
    const store = openStore(join(dir, 'store'));
    await publishTree({ store, name: 'one', tree: join(dir, 'one'), kind: 'site', signingKey: key.privateKey });
    rmSync(join(dir, 'one'), { recursive: true });
    const from = ['--store', 'store', '--key', 'state/keys/site.pub'];
    await ok('packagelink', ...from, 'one');
    assert.equal(read('target/a'), 'published\n');
    rmSync(join(target, 'a'));
    await ok('packagelink');
    assert.equal(read('target/a'), 'published\n');
    const missing = await run('packagelink', ...from, 'no-such');
    assert.deepEqual([missing.exitCode, /the store store has no package no-such/.test(missing.stderr)], [2, true]);
    await loadOrCreateSiteKey(join(dir, 'other'));
    const foreign = await run('packagelink', '--store', 'store', '--key', 'other/keys/site.pub', 'one');
    assert.match(foreign.stderr, /is not signed by this site's keys/);
  });
});

test('--record and -D; --list-undefined names what is missing and exits with 3', async () => {
  await inLab(async ({ put, read, run, ok }) => {
    put('one/a.plprocess', 'x ##A## ##B##\n##C##c\n');
    put('record.json', '{ "A": "1", "B": "2" }');
    const listed = await run('packagelink', '--list-undefined', '-DA=1', '--json', 'one');
    assert.equal(listed.exitCode, 3);
    assert.deepEqual(JSON.parse(listed.stdout), [
      { variable: 'B', package: 'one', path: 'a.plprocess', inline: true },
      { variable: 'C', package: 'one', path: 'a.plprocess', inline: false },
    ]);
    assert.ok(!existsSync('target/.packagelink'));
    await ok('packagelink', '--record', 'record.json', '-DB=3', 'one');
    assert.equal(read('target/a'), 'x 1 3\n##C##c\n');
    assert.match(await ok('packagelink'), /^0 changes/);
    assert.equal((await run('packagelink', '--list-undefined', '-DA=1', '-DB=', '-DC=', 'one')).exitCode, 0);
  });
});

test('--dry-run writes nothing at all', async () => {
  await inLab(async ({ target, put, ok }) => {
    put('one/a', 'x');
    put('target/a', 'before');
    const before = walk(target);
    assert.match(await ok('packagelink', '--dry-run', 'one'), /1 change, not made/);
    assert.deepEqual(walk(target), before);
    assert.ok(!existsSync(join(target, '.packagelink')));
    await ok('packagelink', 'one');
    const linked = walk(target);
    assert.match(await ok('packageunlink', '--dry-run', 'one'), /1 change, not made/);
    assert.deepEqual(walk(target), linked);
  });
});

suite('types that do not fit what is on the target: refused, or as the package says', () => {
  const conflicts: [what: string, before: (lab: Lab) => void, settings: string, after: (lab: Lab) => void][] = [
    [
      'a file over a directory that holds something',
      ({ put }) => {
        put('target/d/x', 'mine');
        put('one/d', 'file');
      },
      'replace: [d]',
      ({ read }) => assert.equal(read('target/d'), 'file'),
    ],
    [
      'a directory over a link',
      ({ target, put }) => {
        put('target/usr/lib/own', 'mine');
        symlinkSync('usr/lib', join(target, 'lib'));
        put('one/lib/x', 'x');
      },
      'replace: [lib]',
      ({ target, read }) => {
        assert.ok(lstatSync(join(target, 'lib')).isDirectory());
        assert.equal(read('target/lib/x'), 'x');
      },
    ],
    [
      'a directory over a link, followed',
      ({ target, put }) => {
        put('target/usr/lib/own', 'mine');
        symlinkSync('usr/lib', join(target, 'lib'));
        put('one/lib/x', 'x');
      },
      'follow: [lib]',
      ({ target, read }) => {
        assert.ok(lstatSync(join(target, 'lib')).isSymbolicLink());
        assert.equal(read('target/usr/lib/x'), 'x');
      },
    ],
    [
      'a directory over a file',
      ({ put }) => {
        put('target/d', 'mine');
        put('one/d/x', 'x');
      },
      'replace: [d]',
      ({ read }) => assert.equal(read('target/d/x'), 'x'),
    ],
  ];
  for (const [what, before, settings, after] of conflicts) {
    test(what, async () => {
      await inLab(async (lab) => {
        before(lab);
        const found = walk(lab.target);
        const refused = await lab.run('packagelink', 'one');
        assert.equal(refused.exitCode, 2);
        assert.match(refused.stderr, /on the target|the target has/);
        assert.deepEqual(walk(lab.target), found);
        lab.put('one/.packagelink.yaml', `${settings}\n`);
        await lab.ok('packagelink', 'one');
        after(lab);
        assert.match(await lab.ok('packagelink', 'one'), /^0 changes/);
        assert.match(await lab.ok('packagecheck'), /: 0 wrong/);
        await lab.ok('packageunlink', 'one');
        assert.deepEqual(walk(lab.target), found);
      });
    });
  }

  test('a link out of the target is never followed', async () => {
    await inLab(async ({ dir, target, put, run }) => {
      mkdirSync(join(dir, 'outside'));
      symlinkSync('../outside', join(target, 'lib'));
      put('one/lib/x', 'x');
      put('one/.packagelink.yaml', 'follow: [lib]\n');
      assert.equal((await run('packagelink', 'one')).exitCode, 2);
      assert.ok(!existsSync(join(dir, 'outside/x')));
    });
  });

  test('a FIFO is neither replaced nor kept', async () => {
    await inLab(async ({ target, put, run }) => {
      execFileSync('mkfifo', [join(target, 'a')]);
      put('one/a', 'x');
      const { exitCode, stderr } = await run('packagelink', 'one');
      assert.equal(exitCode, 2);
      assert.match(stderr, /a: error: a package has this path, but on the target it is a device, FIFO or socket/);
      assert.ok(lstatSync(join(target, 'a')).isFIFO());
    });
  });
});

test('directories of one priority: what a lower package has in them is hidden, and comes back', async () => {
  await inLab(async ({ target, put, ok }) => {
    put('one/d/low', 'x');
    put('two/d/high', 'x');
    await ok('packagelink', 'one');
    const withOne = walk(target);
    await ok('packagelink', '--directories', 'same-priority', '60:two');
    assert.ok(!existsSync(join(target, 'd/low')));
    await ok('packageunlink', 'two');
    assert.deepEqual(walk(target), withOne);
    put('two/.packagelink.yaml', 'directories: same-priority\n');
    await ok('packagelink', '--directories', 'merge', '60:two');
    assert.ok(!existsSync(join(target, 'd/low')));
  });
});

test('an edited file that no other package has stays when its package goes, and is said', async () => {
  await inLab(async ({ put, read, run, ok }) => {
    put('one/a', 'x');
    await ok('packagelink', 'one');
    put('target/a', 'edited');
    const { exitCode, stderr } = await run('packageunlink', 'one');
    assert.equal(exitCode, 0);
    assert.match(stderr, /^notice: a is no longer in one, and stays: it was changed on this machine\n$/);
    assert.equal(read('target/a'), 'edited');
  });
});

test('names of one file, attributes and times of what was there before come back', async () => {
  await inLab(async ({ target, put, ok }) => {
    put('target/a', 'before\n', 0o640);
    execFileSync('setfattr', ['-n', 'user.note', '-v', 'kept', join(target, 'a')]);
    execFileSync('touch', ['-d', '2001-02-03 04:05:06.75', join(target, 'a')]);
    execFileSync('ln', [join(target, 'a'), join(target, 'b')]);
    chmodSync(target, 0o755);
    const attributes = () => execFileSync('getfattr', ['-d', join(target, 'b')]).toString();
    const before = [...walk(target), attributes()];
    for (const name of ['a', 'b']) put(`one/${name}`, 'one\n');
    await ok('packagelink', 'one');
    assert.notDeepEqual(walk(target), before.slice(0, -1));
    await ok('packageunlink', 'one');
    assert.deepEqual([...walk(target), attributes()], before);
  });
});

test('a tree that lost most of its files asks for consent', async () => {
  await inLab(async ({ dir, put, run, ok }) => {
    for (let index = 0; index < 50; index += 1) put(`one/f${index}`, 'x');
    await ok('packagelink', 'one');
    for (let index = 0; index < 40; index += 1) rmSync(join(dir, `one/f${index}`));
    const { exitCode, stderr } = await run('packagelink', 'one');
    assert.equal(exitCode, 1);
    assert.match(stderr, /40 of the 50 paths of one would be deleted at once/);
    assert.match(await ok('packagelink', '--allow-mass-delete', 'one'), /40 changes/);
    await ok('packageunlink', 'one');
  });
});

suite('what cannot be done is said', () => {
  const cases: [what: string, prepare: (lab: Lab) => void, args: string[], exitCode: number, said: RegExp][] = [
    ['no target', ({ target }) => rmSync(target, { recursive: true }), ['one'], 2, /the target target does not exist/],
    [
      'the target is a file',
      ({ target, put }) => {
        rmSync(target, { recursive: true });
        put('target', '');
      },
      ['one'],
      2,
      /is not a directory/,
    ],
    ['no such tree', () => undefined, ['none'], 2, /none: error: there is no such directory\n.*--store/],
    ['a tree that is a file', ({ put }) => put('file', ''), ['file'], 2, /file: error: is not a directory/],
    ['a tree twice', () => undefined, ['one', './one/'], 2, /one: error: is given more than once/],
    [
      'two trees of one name',
      ({ put }) => put('x/one/a', ''),
      ['one', 'x/one'],
      2,
      /one: error: two trees have this name: .*\/one and .*\/x\/one/,
    ],
    ['a name that is none', ({ put }) => put('a b/a', ''), ['a b'], 2, /its name 'a b' cannot be that of a package/],
    ['the target inside the tree', () => undefined, ['.'], 2, /the target .* lies inside the tree/],
    [
      'a package with the path of the state',
      ({ put }) => put('one/.packagelink/x', ''),
      ['one'],
      2,
      /one: error: has \.packagelink, where/,
    ],
    [
      'packages that differ',
      ({ put }) => put('two/a', 'y'),
      ['one', 'two'],
      2,
      /a: error: packages one .* and two .* differ, both of priority 50/,
    ],
    ['a priority that is none', () => undefined, ['5000:one'], 2, /1000/],
    ['nothing named, nothing linked', () => undefined, [], 2, /nothing is linked onto .*, and no package is named/],
    ['no VAR=VALUE', () => undefined, ['-Dx', 'one'], 2, /-D x is not VAR=VALUE/],
    ['a store without a key', () => undefined, ['--store', 'store', 'one'], 2, /a store needs the key/],
    ['copies and links', () => undefined, ['--copy', '--hardlink', 'one'], 2, /cannot be used with/],
    [
      'a state file of a newer format',
      ({ target }) => {
        mkdirSync(join(target, '.packagelink'));
        const database = new DatabaseSync(join(target, '.packagelink/state.db'));
        database.exec('PRAGMA user_version = 99');
        database.close();
      },
      ['one'],
      1,
      /written by a newer gutinteg \(format 99/,
    ],
    [
      'a machine that gutinteg keeps',
      ({ put }) => put('target/var/lib/gutinteg/packagelink.db', ''),
      ['one'],
      2,
      /is a machine that gutinteg keeps/,
    ],
  ];
  for (const [what, prepare, args, exitCode, said] of cases) {
    test(what, async () => {
      await inLab(async (lab) => {
        lab.put('one/a', 'x');
        prepare(lab);
        const result = await lab.run('packagelink', ...args);
        assert.match(result.stderr, said);
        assert.equal(result.exitCode, exitCode);
        assert.ok(!existsSync(join(lab.target, 'a')));
      });
    });
  }

  test('no target is given', async () => {
    for (const program of ['packagelink', 'packageunlink', 'packagecheck']) {
      const { exitCode, stderr } = await runCommand(
        [join(bin, program), 'one'].slice(0, program === 'packagecheck' ? 1 : 2) as [string],
        {
          okExitCodes: [2],
        },
      );
      assert.deepEqual([exitCode, stderr], [2, '--target DIR is missing\n  try: --target /usr/local\n']);
    }
  });

  test('a read-only target', async () => {
    await inLab(async ({ target, put, run }) => {
      put('one/a', 'x');
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'none', target]);
      try {
        const { exitCode, stderr } = await run('packagelink', 'one');
        assert.equal(exitCode, 1);
        assert.match(stderr, /cannot be changed: its file system is read-only/);
      } finally {
        execFileSync('umount', [target]);
      }
    });
  });

  test('the state database of a machine', async () => {
    await inLab(async ({ dir, put, run }) => {
      put('one/a', 'x');
      const database = new DatabaseSync(join(dir, 'machine.db'));
      database.close();
      const { updateState } = await import('../../packagelink/state/state.ts');
      const row = { path: 'etc', owner: 'os', class: 'image', type: 'directory', mode: 0o755, uid: 0, gid: 0 } as const;
      const stat = { sizeBytes: 0, inode: 1, mtimeMs: 1, ctimeMs: 1, sha256: '', source: '', xattrs: '', target: '' };
      updateState(join(dir, 'machine.db'), { changed: [{ ...row, ...stat, leftAlone: false }], removed: [] });
      const { exitCode, stderr } = await run('packagelink', '--state', 'machine.db', 'one');
      assert.deepEqual([exitCode, /belongs to a machine that gutinteg keeps/.test(stderr)], [2, true], stderr);
    });
  });

  test('unlinking what is not linked names what is', async () => {
    await inLab(async ({ target, put, run, ok }) => {
      assert.equal((await run('packageunlink', 'one')).exitCode, 2);
      assert.ok(!existsSync(join(target, '.packagelink')));
      put('one/a', 'x');
      await ok('packagelink', 'one');
      const { exitCode, stderr } = await run('packageunlink', 'none');
      assert.equal(exitCode, 2);
      assert.match(stderr, /not linked onto .*: none\n.*one of: one/);
    });
  });
});

test('commands of packages run when that is asked for, and are named when it is not', async () => {
  await inLab(async ({ dir, target, put, read, run, ok }) => {
    const program = (name: string, last: string) =>
      `#!/bin/sh\ntr '\\0' '\\n' < "$GUTINTEG_CHANGED" >> ${dir}/${name}\n${last}\n`;
    const settings = (name: string) =>
      `after:\n  - paths: [share/**]\n    run: [${dir}/${name}]\n    in: [system, chroot, install]\n`;
    put('works', program('said', 'true'), 0o755);
    put('fails', program('failed', 'echo no index; exit 3'), 0o755);
    put('one/share/man', '1\n');
    put('one/.packagelink.yaml', settings('works'));
    const { stderr, exitCode } = await run('packagelink', 'one');
    assert.equal(exitCode, 0);
    const notice = new RegExp(
      `^notice: not run without --run-commands: ${dir}/works \\(/share/man changed \\(one\\)\\)\n$`,
    );
    assert.match(stderr, notice);
    assert(!existsSync(join(dir, 'said')));

    put('one/share/man', '2\n');
    assert.match(await ok('packagelink', 'one', '--run-commands', '--dry-run'), /command \S+works: not run/);
    assert(!existsSync(join(dir, 'said')));
    assert.match(
      await ok('packagelink', 'one', '--run-commands'),
      /\ncommand \S+\/works: exit code 0 \(\/share\/man changed \(one\)\)\n/,
    );
    assert.equal(read('said'), `${target}/share/man\n`);

    // What failed is owed by the next run, and does not keep the package from being taken away.
    put('one/.packagelink.yaml', settings('fails'));
    put('one/share/man', '3\n');
    for (const words of [['one'], []]) {
      const failed = await run('packagelink', ...words, '--run-commands');
      assert.equal(failed.exitCode, 1);
      assert.match(failed.stderr, /^error: \S+\/fails: exit code 3: no index \(run because \/share\/man changed/m);
    }
    assert.equal(read('failed'), `${target}/share/man\n`.repeat(2));
    const gone = await run('packageunlink', 'one', '--run-commands');
    assert.equal(gone.exitCode, 1);
    assert.match(gone.stdout, /linked: nothing\n$/);
    assert(!existsSync(join(target, 'share')));
    assert.equal(read('failed'), `${target}/share/man\n`.repeat(3));
  });
});
