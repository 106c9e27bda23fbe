// The questions to the machine database as a user asks them, and `machdb diff` with a real git.
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';

const root = join(import.meta.dirname, '../..');
const lab = join(root, 'examples/lab');
const dir = await mkdtemp(join(tmpdir(), 'machdb-questions-'));
const site = join(dir, 'work/sites/lab');
const database = join(site, 'machdb/lab.db');

const OLD = `
client:
    PACKAGES=bash
    GREETING=grün
lab01: client
    IP=10.0.0.1
lab02: client
    IP=10.0.0.2
`;
const NEW = OLD.replace('PACKAGES=bash', 'PACKAGES=bash tex');

after(async () => await rm(dir, { recursive: true }));
await makeRepository();

suite('exit codes', () => {
  const table: [args: string[], exitCode: number, says: RegExp][] = [
    [['list', '--site', lab], 0, /^lab01\n/],
    [['list', 'nobody*', '--site', lab], 0, /^$/],
    [['list', '--json', '--inherits', 'room-a', '--site', lab], 0, /^\[\n {2}\{\n {4}"name": "lab01"/],
    [['list', '--inherits', 'room-x', '--site', lab], 1, /no object room-x; did you mean room-a\?/],
    [['list', '--groups', '--all'], 2, /cannot be used with/],
    [['grep', 'PACKAGES=motd', '--site', lab], 0, /^lab01\n/],
    [['grep', 'PACKAGES=motd', '--print', 'IP', '--json', '--site', lab], 0, /"IP": "10\.77\.0\.101"/],
    [
      ['grep', 'IP=10.77.0.101', '--print', 'IP,', '--print', 'OS', '--site', lab],
      0,
      /^lab01 {2}10\.77\.0\.101 {2}debian\n$/,
    ],
    [['query', 'lab01', '--json', '--site', lab], 0, /^\{\n {2}"HOSTNAME": "lab01",/],
    [['grep', 'PACKAGES=mot', '--site', lab], 1, /^$/],
    [['grep', 'PACKAGE=motd', '--site', lab], 1, /no machine sets PACKAGE; did you mean PACKAGES\?/],
    [['grep', '1=2', '--site', lab], 2, /'1=2' is not a condition/],
    [['grep', '--site', lab], 2, /missing required argument/],
    [['tree', 'lab01', '--site', lab], 0, /^lab01 .*\n├── /],
    [['tree', 'lab01', '--json', '--site', lab], 0, /^\[\n {2}\{\n {4}"depth": 0,\n {4}"name": "lab01"/],
    [['tree', 'debian-12', '--down', '--all', '--site', lab], 0, /└── server1 /],
    [['tree', 'lab1', '--site', lab], 1, /no object lab1; did you mean lab01\?/],
    [['explain', 'lab01', 'PACKAGES', '--site', lab], 0, /^PACKAGES="/],
    [['explain', 'lab01', '--json', '--site', lab], 0, /^\{\n {2}"name": "lab01",/],
    [['explain', 'lab01', 'PACKAGE', '--site', lab], 1, /lab01 does not set PACKAGE; did you mean PACKAGES\?/],
    [['explain', 'lab1', '--site', lab], 1, /no object lab1; did you mean lab01\?/],
    [['diff', lab, lab], 0, /^no differences; 6 machines unchanged\n$/],
    [['diff', lab, join(lab, 'machdb')], 0, /^no differences/],
    [['diff', lab, root], 2, /no file \*\.db in /],
    [['diff', 'HEAD', '--site', join(lab, 'none')], 2, /neither 'HEAD' nor --site .*none is a directory/],
    [['diff', '--site', lab], 2, /missing required argument/],
  ];
  for (const [args, exitCode, says] of table) {
    test(`machdb ${args.join(' ').replaceAll(root, '.')}: ${exitCode}`, async () => {
      const said = await machdb(...args);
      assert.equal(said.exitCode, exitCode, said.stderr);
      assert.match(exitCode === 0 ? said.stdout : said.stderr, says);
    });
  }
});

suite('what does not resolve', () => {
  test('is said by grep and explain, with exit code 2', async () => {
    const broken = join(dir, 'broken');
    await mkdir(join(broken, 'machdb'), { recursive: true });
    await writeFile(join(broken, 'machdb/a.db'), 'm:\nIP=10.0.0.1\nA=${B}\n');
    const found = await machdb('grep', 'A', '--site', broken);
    assert.deepEqual([found.exitCode, found.stdout], [2, '']);
    assert.match(found.stderr, /of 1 machine, m first, nothing can be said/);
    const explained = await machdb('explain', 'm', '--site', broken);
    assert.equal(explained.exitCode, 2);
    assert.match(explained.stdout, /^A has no value: A refers to \$\{B\}, which is not set$/m);
    const compared = await machdb('diff', join(site, 'machdb'), broken);
    assert.equal(compared.exitCode, 3, 'a machine that is only added is not resolved');
  });

  test('a faulty database on either side is a fault of that side', async () => {
    const faulty = join(dir, 'faulty');
    await mkdir(faulty);
    await writeFile(join(faulty, 'a.db'), 'm: nobody\n');
    for (const sides of [
      [faulty, lab],
      [lab, faulty],
    ]) {
      const said = await machdb('diff', ...sides);
      assert.equal(said.exitCode, 2);
      assert.match(said.stderr, /faulty\/a\.db:1:4: error: m inherits from nobody, which is not defined/);
    }
  });
});

suite('diff of revisions', () => {
  const changed = [
    '2 machines in 1 group; 0 unchanged',
    '',
    '2 machines: lab[01-02]',
    '  PACKAGES: "bash" → "bash tex"',
    '    - main~1:sites/lab/machdb/lab.db:3: PACKAGES=bash  (client)',
    '    + main:sites/lab/machdb/lab.db:3: PACKAGES=bash tex  (client)',
    '',
  ].join('\n');

  test('two revisions of a site in a subdirectory, without touching the repository', async () => {
    const before = await listFiles();
    const said = await machdb('diff', 'main~1', 'main', '--site', site);
    assert.deepEqual([said.exitCode, said.stdout, said.stderr], [3, changed, '']);
    assert.deepEqual(await listFiles(), before);
    assert.equal((await git('status', '--porcelain')).stdout, '');
  });

  test('a revision and the working tree, named or not', async () => {
    await writeFile(database, NEW.replace('10.0.0.2', '10.0.0.3'));
    try {
      for (const sides of [['v2'], ['v2', site], ['v2', join(site, 'machdb')]]) {
        const said = await machdb('diff', ...sides, '--site', site, '--json');
        const { groups, unchanged } = JSON.parse(said.stdout) as {
          groups: { machines: string[] }[];
          unchanged: number;
        };
        assert.deepEqual([said.exitCode, groups.map(({ machines }) => machines), unchanged], [3, [['lab02']], 1]);
      }
    } finally {
      await writeFile(database, NEW);
    }
  });

  test('a directory comes before a revision of the same name; refs/heads/ says which', async () => {
    const cwd = join(dir, 'cwd');
    await cp(lab, join(cwd, 'main'), { recursive: true });
    const said = await machdbIn(cwd, 'diff', 'main', 'refs/heads/main', '--site', site);
    assert.match(said.stdout, /^2 machines in 2 groups; 4 machines removed; 0 unchanged\n/);
  });

  const hostile = [
    '--output=x',
    '-h',
    '--help',
    '--upload-pack=touch x',
    '$(touch x)',
    'main;touch x',
    'main^{tree}',
    '..',
    '@{-9}',
    '',
  ];
  for (const name of hostile) {
    test(`'${name}' is no revision, and nothing else either`, async () => {
      const cwd = await mkdtemp(join(dir, 'hostile-'));
      const said = await machdbIn(cwd, 'diff', '--site', site, '--', name, 'main');
      assert.equal(said.exitCode, 2, said.stdout);
      assert.equal(said.stdout, '');
      assert.deepEqual([await readdir(cwd), (await git('status', '--porcelain')).stdout], [[], '']);
    });
  }

  test('a site that is in no repository, or not in that revision, is a short answer', async () => {
    const outside = join(dir, 'outside');
    await cp(lab, outside, { recursive: true });
    const none = await machdb('diff', 'main', '--site', outside);
    assert.equal(none.exitCode, 2);
    assert.match(none.stderr, /^'main' is not a directory, and cannot be a revision: .* is not in a git repository/);
    assert.ok(none.stderr.split('\n').length < 6, none.stderr);
    const early = await machdb('diff', 'v0', '--site', site);
    assert.deepEqual([early.exitCode, early.stderr], [2, 'no file *.db in v0:sites/lab/machdb\n']);
    const gone = await machdb('diff', 'main', '--site', join(dir, 'nowhere'));
    assert.equal(gone.exitCode, 2, gone.stderr);
  });

  test('a link, and bytes that are no UTF-8, are refused by name', async () => {
    await commit(
      'latin',
      async () => await writeFile(join(site, 'machdb/b.db'), Buffer.from('x:\nA=gr\xfcn\n', 'latin1')),
    );
    await commit('link', async () => await symlink('/etc/passwd', join(site, 'machdb/b.db')));
    try {
      assert.match(
        (await machdb('diff', 'latin', 'main', '--site', site)).stderr,
        /^latin:sites\/lab\/machdb\/b\.db is not UTF-8/,
      );
      assert.match(
        (await machdb('diff', 'link', 'main', '--site', site)).stderr,
        /^link:sites\/lab\/machdb\/b\.db is not a regular file/,
      );
    } finally {
      await git('reset', '--quiet', '--hard', 'main');
    }
  });

  test('files are told apart by their bytes, whatever their order and size', async () => {
    const large = Array.from({ length: 20 }, (_, index) => `g${index}:\n${`V=€${'x'.repeat(500)}\n`.repeat(2000)}`);
    await commit('large', async () => {
      for (const [index, text] of large.entries()) await writeFile(join(site, `machdb/l${index}.db`), text);
    });
    const said = await machdb('diff', 'large', '--site', site);
    await git('reset', '--quiet', '--hard', 'main');
    assert.deepEqual([said.exitCode, said.stdout], [0, 'no differences; 2 machines unchanged\n']);
  });
});

test('a file name cannot steer the terminal', async () => {
  const odd = join(dir, 'odd');
  await mkdir(join(odd, 'machdb'), { recursive: true });
  await writeFile(join(odd, 'machdb/\x1b[31m\n.db'), 'm:\nIP=10.0.0.1\nNOTE=\u202Egnp.exe\n');
  for (const args of [
    ['list', '--format', 'long'],
    ['tree', 'm'],
    ['explain', 'm'],
    ['grep', 'NOTE', '--print', 'NOTE'],
    ['diff', lab, odd],
  ]) {
    const { stdout } = await machdb(...args, '--site', odd);
    assert.ok(stdout.includes('m') && !/(?!\n)[\p{Cc}\p{Cf}]/u.test(stdout), JSON.stringify(stdout));
    assert.match(stdout, /\\u\{(1b|202e)\}/);
  }
});

function machdb(...args: string[]) {
  return machdbIn(dir, ...args);
}

function machdbIn(cwd: string, ...args: string[]) {
  return runCommand([join(root, 'bin/machdb'), ...args], { cwd, okExitCodes: [0, 1, 2, 3] });
}

function git(...args: string[]) {
  const identity = ['-c', 'user.name=admin', '-c', 'user.email=admin@lab.example'];
  return runCommand(['git', ...identity, ...args], { cwd: join(dir, 'work') });
}

/** `main` has two commits with the database, tagged v1 and v2, and one before it, v0. */
async function makeRepository(): Promise<void> {
  await mkdir(join(site, 'machdb'), { recursive: true });
  await git('init', '--quiet', '--initial-branch=main');
  await writeFile(join(site, 'site.yaml'), '');
  const states = [
    async () => {},
    async () => await writeFile(database, OLD),
    async () => await writeFile(database, NEW),
  ];
  for (const [index, change] of states.entries()) await commit(`v${index}`, change);
}

async function commit(tag: string, change: () => Promise<void>): Promise<void> {
  await change();
  await git('add', '.');
  if (tag.startsWith('v')) await git('commit', '--quiet', '-m', tag);
  else {
    await git('checkout', '--quiet', '--detach');
    await git('commit', '--quiet', '-m', tag);
  }
  await git('tag', tag);
  if (!tag.startsWith('v')) await git('checkout', '--quiet', '--force', 'main');
}

async function listFiles(): Promise<string[]> {
  return (await readdir(join(dir, 'work'), { recursive: true })).sort();
}
