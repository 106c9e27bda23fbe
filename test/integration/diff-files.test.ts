// `gutinteg diff` with a real git repository. What it says of a machine's files is held against both descriptions laid
// down into directories of their own, which diff(1), stat and readlink compare.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { openMachines, openSiteState } from '../../bin/open-site-state.ts';
import { consolesOf } from '../../site/settings.ts';
import { fetchManifests } from '../../installer/description/fetch-manifests.ts';
import { planFiles } from '../../installer/plan/plan-files.ts';
import { systemOf } from '../../installer/systems/all.ts';
import { applyFull } from '../../packagelink/full/apply-full.ts';
import { directoryFetcher } from '../../packagelink/contents/fetch.ts';
import { makeSmallSite } from '../helpers/small-site.ts';
import type { SmallSite } from '../helpers/small-site.ts';

type Facts = { type: string; package: string; mode?: string; uid?: number; target?: string; sizeBytes?: number };
type PathJson = {
  path: string;
  kind: 'added' | 'removed' | 'changed';
  what: string[];
  reason: string;
  before?: Facts;
  after?: Facts;
  bytes: { kind: string; hunk?: string[] };
};
type DiffOutput = {
  added: string[];
  removed: string[];
  unchanged: number;
  missingImages: string[];
  groups: { machines: string[]; notices: string[]; paths: PathJson[] }[];
  faulty: { machines: string[]; before?: string[]; after?: string[] }[];
  uncompared: { machines: string[] }[];
};

const program = join(import.meta.dirname, '../../bin/gutinteg');
const stack = new AsyncDisposableStack();
const lab: SmallSite = await makeSmallSite(stack);
const site = lab.siteDir;
const root = dirname(site);
const temporary = join(root, 'tmp');
let base = '';

const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.example', ...args], { cwd: site, encoding: 'utf8' });
const put = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(site, path)), { recursive: true });
  await writeFile(join(site, path), text);
};
const append = async (path: string, text: string): Promise<void> =>
  await put(path, (await readFile(join(site, path), 'utf8')) + text);
const replace = async (path: string, from: string, to: string): Promise<void> => void (await lab.edit(path, from, to));
const commit = (): string => {
  git('add', '-A');
  git('commit', '-q', '--allow-empty', '-m', 'x');
  return git('rev-parse', 'HEAD').trim();
};

/** What a user sees; nothing of it stays in the directory for temporary files. */
const run = async (...words: string[]): Promise<{ status: number | null; stdout: string; stderr: string }> => {
  const args = ['diff', ...(words.includes('--site') ? [] : ['--site', site]), ...words];
  const env = { ...process.env, TMPDIR: temporary };
  const said = spawnSync(program, args, { encoding: 'utf8', env });
  assert.deepEqual(await readdir(temporary), []);
  return said;
};
const json = async (...words: string[]): Promise<DiffOutput & { status: number | null }> => {
  const { status, stdout, stderr } = await run('--json', ...words);
  assert.equal(stderr, '');
  return { ...(JSON.parse(stdout) as DiffOutput), status };
};

before(async () => {
  await mkdir(temporary);
  await append('site.yaml', 'state: ../state\n');
  git('init', '-q');
  await put('packages/base/usr/share/data', 'x'.repeat(3000));
  await writeFile(join(site, 'packages/base/usr/share/blob'), Buffer.from([0, 1, 2, 255]));
  await symlink('lab.sh', join(site, 'packages/base/etc/profile.d/also.sh'));
  base = commit();
});
after(async () => await stack.disposeAsync());

/** Lays the machine's files down, as an installation would, of the site as it is in a directory now. */
async function layDown(siteDir: string, host: string, target: string): Promise<void> {
  const state = await openSiteState(siteDir, lab.stateDir);
  const opened = await openMachines(state);
  try {
    const machine = await opened.lookupByName(host);
    assert.ok(machine !== undefined);
    const lookup = await machine.describe('00000000-0000-4000-8000-000000000000');
    const fetcher = directoryFetcher(state.store.dir);
    const manifests = await fetchManifests({ lookup, fetcher, publicKeys: [state.key.publicPem] });
    const consoles = consolesOf(state.settings.consoles, lookup.record);
    const tree = planFiles({ lookup, ...manifests, diskFiles: [], consoles, system: systemOf(lookup.record['OS']) });
    await mkdir(target);
    await applyFull({ target, tree, fetcher, stateFile: join(root, 'laid-down.db') });
  } finally {
    opened.close();
  }
}

/** Path → type, mode, owner, link target, as find sees them. */
function listTree(dir: string): Map<string, string> {
  const printed = execFileSync('find', [dir, '-mindepth', '1', '-printf', '%P\\t%y %m %U:%G %l\\0'], {
    encoding: 'utf8',
  });
  return new Map(
    printed
      .split('\0')
      .filter((line) => line !== '')
      .map((line) => line.split('\t') as [string, string]),
  );
}

/** The hunks of each file that differs, as diff(1) finds them, and the paths that are binary. */
function diffFiles(old: string, current: string): Map<string, string[]> {
  const { stdout } = spawnSync('diff', ['-u', '-r', '--no-dereference', old, current], { encoding: 'utf8' });
  const files = new Map<string, string[]>();
  let hunk: string[] | undefined;
  for (const line of stdout.trimEnd().split('\n')) {
    const binary = /^Binary files \S+ and (\S+) differ$/.exec(line);
    if (binary !== null) files.set((binary[1] ?? '').slice(current.length + 1), []);
    else if (line.startsWith('diff ')) hunk = undefined;
    else if (line.startsWith('+++ ') && hunk === undefined) {
      files.set(line.slice(5 + current.length).split('\t')[0] ?? '', (hunk = []));
    } else if (/^[@ +\\-]/.test(line)) hunk?.push(line);
  }
  return files;
}

/** Holds what is said of a machine against what lies on two disks. */
async function checkAgainstDisks(host: string, paths: readonly PathJson[]): Promise<void> {
  const [worktree, old, current] = ['worktree', 'old', 'new'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  git('worktree', 'add', '-q', '--detach', worktree, 'HEAD');
  try {
    await layDown(worktree, host, old);
    await layDown(site, host, current);
    const [before, after] = [listTree(old), listTree(current)];
    const differing = diffFiles(old, current);
    const expected = new Set([
      ...[...before].filter(([path, facts]) => after.get(path) !== facts).map(([path]) => path),
      ...[...after.keys()].filter((path) => !before.has(path)),
      ...differing.keys(),
    ]);
    // Who owns a path, and what later runs do about it, is not written on the disk.
    const visible = paths.filter(
      ({ kind, what }) => kind !== 'changed' || what.some((each) => !/package|class/.test(each)),
    );
    assert.deepEqual(visible.map(({ path }) => path).sort(), [...expected].sort());
    for (const { path, kind, what, bytes } of visible) {
      assert.equal(kind, !before.has(path) ? 'added' : after.has(path) ? 'changed' : 'removed', path);
      if (what.includes('bytes') && bytes.kind === 'text') assert.deepEqual(bytes.hunk, differing.get(path), path);
      if (kind === 'added' && bytes.kind === 'text') {
        const added = (bytes.hunk ?? []).filter((line) => line.startsWith('+')).map((line) => `${line.slice(1)}\n`);
        const text = bytes.hunk?.at(-1)?.startsWith('\\') === true ? added.join('').slice(0, -1) : added.join('');
        assert.equal(text, await readFile(join(current, path), 'utf8'));
      }
    }
  } finally {
    for (const dir of [old, current]) await rm(dir, { recursive: true, force: true });
    git('worktree', 'remove', '--force', worktree);
  }
}

/** Undoes whatever a test has done to the working tree. */
const reset = (): void => {
  git('reset', '-q', '--hard', base);
  git('clean', '-qfd');
};

suite('a change', () => {
  after(reset);

  test('that is none', async () => {
    const { status, stdout } = await run();
    assert.deepEqual([status, stdout], [0, 'no differences; 6 machines unchanged\nfrom HEAD to the working tree\n']);
  });

  const table: [what: string, make: () => Promise<unknown>, host: string, said: (string | RegExp)[]][] = [
    [
      'of a variable',
      async () => await replace('machdb/10-network.db', 'PRINTER=printer-b', 'PRINTER=laser'),
      'lab03',
      [/\/?etc\/motd changed bytes: ##PRINTER## has another value/],
    ],
    [
      'of a variable that generated files show',
      async () => await replace('machdb/10-network.db', 'DOMAIN=lab.example', 'DOMAIN=new.example'),
      'lab02',
      [
        /etc\/hosts changed bytes: rendered/,
        /etc\/issue changed bytes: ##DOMAIN##/,
        /etc\/resolv.conf changed bytes: rendered/,
      ],
    ],
    [
      'of a template',
      async () => await append('packages/motd/etc/motd.plprocess', 'I am ##HOSTNAME##, at ##IP##.'),
      'lab02',
      ['etc/motd changed bytes: the template of motd has changed'],
    ],
    [
      'of files: text, binary, link, mode, new and gone',
      async () => {
        await append('packages/base/usr/share/data', '\nmore\n');
        await writeFile(join(site, 'packages/base/usr/share/blob'), Buffer.from([0, 1, 2, 3, 4]));
        await rm(join(site, 'packages/base/etc/profile.d/also.sh'));
        await symlink('../other', join(site, 'packages/base/etc/profile.d/also.sh'));
        await chmod(join(site, 'packages/base/etc/profile.d/lab.sh'), 0o755);
        await put('packages/base/opt/new/file', 'new\nand no end');
        await rm(join(site, 'packages/base/etc/issue.plprocess'));
      },
      'kiosk1',
      [
        'etc/issue removed : gone from base',
        'etc/profile.d/also.sh changed target: changed in base',
        'etc/profile.d/lab.sh changed mode: changed in base',
        'opt added : new in base',
        'opt/new added : new in base',
        'opt/new/file added : new in base',
        'usr/share/blob changed bytes: changed in base',
        'usr/share/data changed bytes: changed in base',
      ],
    ],
    [
      'of the packages of a machine',
      async () => await replace('machdb/30-machines.db', 'PACKAGES-=motd', 'PACKAGES+=lab-tools'),
      'kiosk1',
      [
        /etc\/motd added : package motd is new/,
        /^usr\/local changed package: lab-tools instead of ssh/,
        /^usr\/local\/bin added/,
        /usr\/local\/bin\/whereami added : package lab-tools is new/,
      ],
    ],
    [
      'of priority',
      async () => {
        await put('packages/motd/etc/issue', 'from motd\n');
        await put('packages/motd/.packagelink.yaml', 'priority: 70\n');
      },
      'lab04',
      ['etc/issue changed bytes,package: motd instead of base: priority of motd 50 → 70'],
    ],
    [
      'of owner and mode',
      async () =>
        await put(
          'packages/base/.packagelink.yaml',
          'mutable: [etc/issue]\nfiles:\n  - {match: usr/share/data, mode: "0640", uid: 3, gid: 4}\n',
        ),
      'lab02',
      ['etc/issue changed class: changed in base', 'usr/share/data changed mode,owner: changed in base'],
    ],
    [
      'of a file to a directory, and back',
      async () => {
        await rm(join(site, 'packages/base/usr/share/data'));
        await put('packages/base/usr/share/data/inside', 'x\n');
        await rm(join(site, 'packages/base/etc/profile.d'), { recursive: true });
        await put('packages/base/etc/profile.d', 'a file\n');
      },
      'lab02',
      [/profile.d changed type/, /also.sh removed/, /lab.sh removed/, /data changed type/, /data\/inside added/],
    ],
    [
      'of what a machine leaves alone',
      async () => await replace('machdb/30-machines.db', 'IP=10.77.0.102', 'IP=10.77.0.102\n    PIN=/etc/hosts'),
      'lab02',
      ['etc/hosts changed class: PIN has another value'],
    ],
    [
      'of site.yaml',
      async () => await replace('site.yaml', '# consoles: [tty0, "ttyS1,115200"]', 'consoles: ["ttyS1,9600"]'),
      'server1',
      [/etc\/default\/grub.d\/gutinteg.cfg changed bytes/],
    ],
  ];
  for (const [what, make, host, said] of table) {
    test(`${what} is what lies on the disk`, async () => {
      reset();
      await make();
      const { status, groups } = await json();
      assert.equal(status, 3);
      const group = groups.find(({ machines }) => machines.includes(host));
      assert.ok(group !== undefined);
      const alone = await json('--machine', host);
      assert.deepEqual(
        alone.groups.map(({ machines }) => machines),
        [[host]],
      );
      const paths = alone.groups[0]?.paths ?? [];
      const line = ({ path, kind, what: aspects, reason }: PathJson) =>
        `${path} ${kind} ${aspects.join(',')}: ${reason}`;
      const lines = paths.map(line);
      assert.deepEqual(group.paths.map(line), lines, 'the same is said of each machine of a group');
      assert.equal(lines.length, said.length, lines.join('\n'));
      for (const [index, expected] of said.entries()) {
        if (typeof expected === 'string') assert.equal(lines[index], expected);
        else assert.match(lines[index] ?? '', expected);
      }
      await checkAgainstDisks(host, paths);
    });
  }
});

suite('groups', () => {
  after(reset);

  test('hold the machines to which the same happens, whatever their names are', async () => {
    await append('packages/motd/etc/motd.plprocess', 'I am ##HOSTNAME##, at ##IP##.\n');
    const { stdout, status } = await run('--stat');
    assert.equal(status, 3);
    assert.match(stdout, /^5 machines in 1 group; 1 unchanged\n/);
    assert.match(stdout, /^lab\[01-04\] server1 \(5 machines\): 1 path changed$/m);
    // Rooms are not the machines' own: those of another room are told apart.
    await append('packages/motd/etc/motd.plprocess', 'Stands in ##LOCATION##.\n');
    const { groups } = await json();
    assert.deepEqual(groups.map(({ machines }) => machines.join(' ')).sort(), ['lab01 lab02', 'lab03 lab04 server1']);
  });

  test('can be chosen by machine and path', async () => {
    await append('packages/base/usr/share/data', 'x');
    const { groups } = await json('--machine', 'lab0[', '--machine', 'lab01', '--path', 'usr/**');
    assert.deepEqual(
      groups.map(({ machines, paths }) => [machines, paths.map(({ path }) => path)]),
      [[['lab01'], ['usr/share/data']]],
    );
    assert.equal((await run('--path', 'var/**')).status, 0);
  });

  test('can be compared by directories and by revisions', async () => {
    reset();
    const [first] = [git('rev-parse', 'HEAD').trim()];
    await append('packages/base/usr/share/data', 'y');
    const second = commit();
    const worktree = join(root, 'first');
    git('worktree', 'add', '-q', '--detach', worktree, first);
    const paths = async (...words: string[]) => {
      const { groups, status } = await json(...words);
      assert.equal(status, 3);
      return groups;
    };
    const expected = await paths(first, second);
    assert.equal(expected[0]?.machines.length, 6);
    assert.deepEqual(await paths('HEAD~1'), expected);
    assert.deepEqual(await paths('--from', worktree), expected);
    assert.deepEqual(await paths('--from', worktree, '--to', site), expected);
    assert.equal((await run()).status, 0);
    const [added] = expected[0]?.paths ?? [];
    const [back] = (await paths(second, first))[0]?.paths ?? [];
    assert.deepEqual([back?.before, back?.after], [added?.after, added?.before]);
  });
});

suite('what files do not show', () => {
  after(reset);

  test('is said: machines, disks, images', async () => {
    await append(
      'machdb/30-machines.db',
      '\nlab09: standard-client room-a\n    MAC=52:54:00:77:00:09\n    IP=10.77.0.109\n',
    );
    await replace('machdb/30-machines.db', 'kiosk1:', 'kiosk2:');
    await replace('machdb/20-classes.db', '(b 2G swap)', '(b 3G swap)');
    await replace('machdb/30-machines.db', 'IP=10.77.0.102', 'IP=10.77.0.102\n    DISK_disk0=serial:X');
    await replace('images/debian-12.yaml', 'include:', 'include:\n      - ed');
    const diff = await json();
    assert.deepEqual([diff.added, diff.removed], [['kiosk2', 'lab09'], ['kiosk1']]);
    const notices = new Map(
      diff.groups.flatMap(({ machines, notices }) => machines.map((name) => [name, notices.join('\n')])),
    );
    assert.match(notices.get('server1') ?? '', /needs reinstall[^]*\n {2}- .*b 2G swap[^]*\n {2}\+ .*b 3G swap/);
    assert.match(notices.get('lab02') ?? '', /^the recipe of debian-12-amd64 has changed[^]*DISK_disk0 has changed/);
    assert.doesNotMatch(notices.get('lab03') ?? '', /reinstall|DISK/);
    assert.ok(diff.groups.every(({ paths }) => paths.length === 0));
  });

  test('is said: commands after the change', async () => {
    reset();
    const after = 'after:\n  - {paths: [etc/**], run: [systemctl, restart, x]}\n  - {paths: [opt/**], run: [y]}\n';
    await put('packages/base/.packagelink.yaml', after);
    const { groups } = await json();
    assert.deepEqual(
      groups.map(({ notices }) => notices),
      [['what base runs after a change has changed']],
    );
    commit();
    await append('packages/motd/etc/motd.plprocess', 'x\n');
    const changed = await json();
    assert.deepEqual(
      changed.groups.map(({ machines, notices }) => [machines.length, notices]),
      [[5, ['runs systemctl restart x (base)']]],
    );
  });

  test('is said: an image that the store does not have', async () => {
    reset();
    await append('packages/base/usr/share/data', 'x');
    const { stdout, status } = await run('--state', join(root, 'no-such-state'));
    assert.equal(status, 3);
    assert.match(stdout, /the store has no OS package debian-12-amd64/);
    await assert.rejects(readdir(join(root, 'no-such-state')));
  });

  test('is said: what is left alone on installed machines, and what depends on disks', async () => {
    reset();
    await put('packages/base/.packagelink.yaml', 'pin: [usr/share/data]\noverrides: [etc/fstab]\n');
    await put('packages/base/etc/fstab', '# mine\n');
    const { stdout } = await run('--machine', 'lab02');
    assert.match(stdout, /changed \/etc\/fstab .*base instead of @generated\n {6}depends on the disks/);
    assert.match(stdout, /\/usr\/share\/data \(package → package, pinned\).*\n {6}only a new installation/);
  });
});

suite('faults', () => {
  after(reset);

  test('that are new end with 2, those that are mended with 3', async () => {
    await append('packages/motd/etc/motd.plprocess', 'by ##NOBODY_SET_THIS##\n');
    const { status, stdout } = await run();
    assert.equal(status, 2);
    assert.match(
      stdout,
      /^lab\[01-04\] server1 \(5 machines\): cannot be installed as described:\n {2}\+ motd: etc\/motd: ##NOBODY/m,
    );
    commit();
    assert.equal((await run()).status, 0);
    await replace('packages/motd/etc/motd.plprocess', 'by ##NOBODY_SET_THIS##\n', '');
    const mended = await run();
    assert.equal(mended.status, 3);
    assert.match(mended.stdout, /\(5 machines\): can be installed again; before:\n {2}- motd: etc\/motd/);
    git('reset', '-q', '--hard');
    await append('packages/motd/etc/motd.plprocess', 'x\n');
    const both = await json();
    assert.deepEqual([both.uncompared.map(({ machines }) => machines.length), both.groups], [[5], []]);
  });

  const table: [what: string, make: () => Promise<unknown>, says: RegExp][] = [
    [
      'packages that conflict',
      async () => await put('packages/motd/etc/issue', 'other\n'),
      /\+ etc\/issue: packages (base|motd) .* differ, both of priority 50/,
    ],
    [
      'a package that is missing',
      async () => await rm(join(site, 'packages/motd'), { recursive: true }),
      /\+ PACKAGES names what the site does not have: motd/,
    ],
    [
      'an OS that cannot be installed',
      async () => await replace('machdb/20-classes.db', 'OS=debian', 'OS=plan9\n    IMAGE=debian-12-amd64'),
      /\+ OS='plan9' cannot be installed/,
    ],
    [
      'a package that cannot be published',
      async () => await put('packages/base/.packagelink.yaml', 'mutabel: []\n'),
      /\(6 machines\): cannot be installed as described:\n.*mutabel/,
    ],
  ];
  for (const [what, make, says] of table) {
    test(what, async () => {
      reset();
      await make();
      const { status, stdout } = await run();
      assert.equal(status, 2);
      assert.match(stdout, says);
    });
  }
});

suite('secrets', () => {
  after(reset);

  test('are shown nowhere', async () => {
    await replace(
      'machdb/20-classes.db',
      'PACKAGES=base motd ssh',
      'PACKAGES=base motd ssh\n    ROOT_SECRET=hunter1\n    URL=x://u:${ROOT_SECRET}@h',
    );
    await append('packages/motd/etc/motd.plprocess', 'see ##URL##\n');
    commit();
    await replace('machdb/20-classes.db', 'hunter1', 'hunter22');
    for (const words of [[], ['--json'], ['--stat'], ['--path', '**']]) {
      const { stdout, stderr, status } = await run(...words);
      assert.equal(status, 3);
      assert.doesNotMatch(stdout + stderr, /hunter/);
      if (words.length === 0)
        assert.match(stdout, /\/etc\/motd .*##URL## has another value\n {6}only values differ that are not shown/);
    }
    await append('packages/motd/etc/motd.plprocess', '##ROOT_SECRET##\n');
    const asked = await run();
    assert.match(asked.stdout, /a template of motd uses ROOT_SECRET; secrets are not handed out/);
    assert.doesNotMatch(asked.stdout, /hunter/);
  });
});

suite('a repository', () => {
  after(reset);

  test('stays as it is, and its hooks and attributes do no harm', async () => {
    await put('.gitattributes', 'packages/base/usr/share/data export-ignore\n*.sh ident\npackages/motd/** eol=crlf\n');
    await append('packages/base/etc/profile.d/lab.sh', '# $Id$\n');
    await put('packages/base/etc/Grüße\n', 'x\n');
    git('config', 'core.splitIndex', 'true');
    commit();
    // What a checkout makes of it is what a server publishes.
    git('rm', '-rq', '--cached', '.');
    git('reset', '-q', '--hard');
    for (const hook of ['post-index-change', 'post-checkout', 'fsmonitor-watchman']) {
      await writeFile(join(site, '.git/hooks', hook), `#!/bin/sh\ntouch ${root}/hook-ran\n`, { mode: 0o755 });
    }
    git('config', 'core.fsmonitor', '.git/hooks/fsmonitor-watchman');
    const everything = (): string =>
      execFileSync('find', [join(site, '.git'), '-type', 'f', '-printf', '%P %s %T@ %i\\n'], { encoding: 'utf8' });
    const earlier = everything();
    const { stdout, status } = await run();
    assert.equal(status, 0, stdout);
    assert.equal(everything(), earlier);
    await assert.rejects(readFile(join(root, 'hook-ran')));
    for (const name of ['core.fsmonitor', 'core.splitIndex']) git('config', '--unset', name);
  });

  const hostile: [what: string, make: () => Promise<unknown>, says: RegExp][] = [
    ['a database that is a link', async () => await swap('machdb'), /HEAD:machdb: error: is a symbolic link/],
    ['packages that are a link', async () => await swap('packages'), /HEAD:packages: error: is a symbolic link/],
    ['settings that are a link', async () => await swap('site.yaml'), /HEAD:site.yaml: error: is a symbolic link/],
    [
      "a package's settings that are a link",
      async () => await symlink('/etc/passwd', join(site, 'packages/base/.packagelink.yaml')),
      /\.packagelink\.yaml: error: is a symbolic link/,
    ],
  ];
  const swap = async (name: string): Promise<void> => {
    await rm(join(site, name), { recursive: true });
    await symlink('/etc', join(site, name));
  };
  for (const [what, make, says] of hostile) {
    test(`with ${what} is refused`, async () => {
      reset();
      const sound = git('rev-parse', 'HEAD').trim();
      await make();
      commit();
      git('checkout', '-q', '--detach', sound);
      const { status, stderr } = await run(git('rev-parse', 'master@{0}').trim());
      git('checkout', '-q', '-B', 'master', sound);
      assert.equal(status, 2);
      assert.match(stderr.replaceAll(/[0-9a-f]{40}/g, 'HEAD'), says);
      assert.doesNotMatch(stderr, /root:x/);
    });
  }

  const refused: [words: string[], says: RegExp][] = [
    [['no-such-revision'], /'no-such-revision' is neither/],
    [['--output=x'], /unknown option/],
    [['--', '--output=x'], /'--output=x' is neither/],
    [['HEAD:machdb'], /is neither/],
    [[join(root)], /is a directory.*\n.*cause|is a directory/],
    [['HEAD', '--from', site], /either a revision or a directory/],
    [['--json', '--stat'], /cannot be used with/],
    [['--path', '../x'], /is not a pattern/],
    [['--from', root], /site\.yaml cannot be read/],
    [['--site', root], /site\.yaml cannot be read/],
  ];
  for (const [words, says] of refused) {
    test(`gutinteg diff ${words.join(' ').replaceAll(root, 'DIR')} is bad input`, async () => {
      const { status, stderr } = await run(...words);
      assert.match(stderr, says);
      assert.equal(status, 2);
    });
  }
});
