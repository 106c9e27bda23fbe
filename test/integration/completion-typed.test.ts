// Completion with the sites, names and keys of real life, also hostile ones; typed into an interactive bash at the end.
import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { startCompletingBash } from '../helpers/completing-bash.ts';

const root = join(import.meta.dirname, '../..');
const stack = new AsyncDisposableStack();
after(async () => stack.disposeAsync());
const lab = join(root, 'examples/lab');
const { work, sources, offers, offersAt } = await startCompletingBash(stack);

suite('names come from the site on the line', () => {
  test('however it is written', async () => {
    const home = join(work, 'home');
    const site = join(home, 'my "lab" $X');
    await mkdir(join(site, 'machdb'), { recursive: true });
    await writeFile(
      join(site, 'machdb/a.db'),
      'mine:\n IP=10.0.0.1\nfaulty: nowhere\n IP="10.0.0.2\nyours:\n MAC=1:2:3:4:5:6\n',
    );
    for (const written of [
      `--site '${site}'`,
      `--site='${site}'`,
      String.raw`--site ~/my\ \"lab\"\ \$X`,
      String.raw`--site ~/"my \"lab\" \$X"`,
      String.raw`--site nowhere --site ~/my' "la'b\"\ \$X`,
    ]) {
      const before = `HOME='${home}'`;
      assert.deepEqual(await offersAt(`machdb query ${written} `, { before }), ['faulty', 'mine', 'yours'], written);
      assert.deepEqual(await offersAt(`gutinteg arm ${written} `, { before }), ['mine', 'yours'], written);
    }
  });

  test('the shell leaves a tilde alone behind = and in quotes', async () => {
    const before = `HOME='${root}/examples'`;
    const lines = ['~/lab', '"~/lab"', "'~/lab'", String.raw`\~/lab`].map(
      (site) => `machdb query --site ${site} lab04`,
    );
    assert.deepEqual(await offers([...lines, 'machdb query --site=~/lab lab04'], { before, cwd: work }), [
      ['lab04'],
      [],
      [],
      [],
      [],
    ]);
  });

  test('without a database there is nothing, and nothing is said', async () => {
    const lines = ['machdb query --site /nowhere ', 'machdb query --site /dev/null --mac ', 'gutinteg arm '];
    assert.deepEqual(await offers(lines, { cwd: work }), [[], [], []]);
  });
});

suite('nothing on the line or in the site is run', () => {
  test('hostile lines, sites and files', async () => {
    const site = join(work, 'hostile');
    const marks = [
      '$(touch HIT)',
      '`touch HIT`',
      '"; touch HIT; "',
      "'; touch HIT; '",
      '$(touch HIT).yaml',
      'a[$(touch HIT)]',
    ];
    await mkdir(join(site, 'machdb'), { recursive: true });
    await mkdir(join(site, 'images'));
    for (const mark of marks) {
      await mkdir(join(site, mark));
      await writeFile(join(site, 'images', `${mark}.yaml`), '');
    }
    const objects = marks.map((mark) => `${mark}:\n  IP=${mark}\n  MAC=${mark}\n  ${mark}=x`);
    await writeFile(join(site, 'machdb/a.db'), `${objects.join('\n')}\ngood:\n  IP=10.0.0.1\n`);
    const lines = [
      'machdb query ',
      'machdb query --mac ',
      'gutinteg arm ',
      'gutinteg image build ',
      'machdb check --site ',
      ...marks.flatMap((mark) => [
        `machdb ${mark}`,
        `machdb ${mark} `,
        `machdb query ${mark}`,
        `machdb query --site ${mark} `,
        `machdb query --site=${mark}/ `,
        `machdb check --site ${mark}`,
        `machdb query --format ${mark}`,
        `machdb query --${mark}=${mark}`,
        `machdb query > ${mark}`,
      ]),
    ];
    const replies = await offers(lines, { cwd: site });
    assert.deepEqual(replies[0], ['good']);
    assert.deepEqual(replies[2], ['good']);
    assert.deepEqual(replies[3], []);
    assert.ok(!(await readdir(site, { recursive: true })).some((path) => path.endsWith('HIT')));
  });

  test('names that the shell would read otherwise are not offered', async () => {
    for (const name of ['$(touch HIT)', 'a;b', 'a`b', '"a"', 'a\tb', 'a*']) {
      const before = `_machdb_words() { printf '%s\\n' plain '${name}'; }`;
      assert.deepEqual(await offersAt('machdb query ', { before }), [], name);
    }
    assert.deepEqual(await offersAt('machdb query ', { before: '_machdb_words() { echo plain; }' }), ['plain']);
  });

  test('a program of the same name in the current directory or in PATH', async () => {
    const cwd = join(work, 'elsewhere');
    await mkdir(join(cwd, 'bin'), { recursive: true });
    await writeFile(join(cwd, 'machdb'), '#!/bin/sh\ntouch HIT\n', { mode: 0o755 });
    const before = `PATH=.:$PATH`;
    assert.deepEqual(await offersAt(`machdb query --site ${lab} lab04`, { cwd, before }), ['lab04']);
    assert.deepEqual((await readdir(cwd)).sort(), ['bin', 'machdb']);
  });
});

suite('typed into an interactive bash', () => {
  const table: [typed: string, runs: string[]][] = [
    ['machdb que\tkio\t', ['query', 'kiosk1']],
    ['x/machdb que\tkio\t', ['query', 'kiosk1']],
    ['A=1 machdb que\tkio\t', ['query', 'kiosk1']],
    ['machdb query --format=j\tkio\t', ['query', '--format=json', 'kiosk1']],
    ['machdb query --mac 52:54:00:77:00:05\t', ['query', '--mac', '52:54:00:77:00:05']],
    ['machdb query --ma\t52\t1\t2\t', ['query', '--mac', '52:54:00:77:00:12']],
    ['machdb query --mac=52\t1\t2\t', ['query', '--mac=52:54:00:77:00:12']],
    ['machdb query --mac "52\t1\t2\t', ['query', '--mac', '52:54:00:77:00:12']],
    ['machdb check --site dir\t', ['check', '--site', 'dir with $(touch HIT)/']],
    ['machdb check --site=dir\t', ['check', '--site=dir with $(touch HIT)/']],
    ['machdb check --site dir\\ w\t', ['check', '--site', 'dir with $(touch HIT)/']],
    ['machdb check --site dir" wi"th\t', ['check', '--site', 'dir with $(touch HIT)/']],
    ['machdb query --format="j"s\t kiosk1', ['query', '--format=json', 'kiosk1']],
    [`machdb check --site 'dir w\t`, ['check', '--site', 'dir with $(touch HIT)/']],
    ['machdb check --site ~/x\t', ['check', '--site', 'HOME/x/']],
    ['machdb check --site ~/dir\tmac\t', ['check', '--site', 'HOME/dir with $(touch HIT)/machdb/']],
    ['machdb check --site ~/dir\tmac\t --json', ['check', '--site', 'HOME/dir with $(touch HIT)/machdb/', '--json']],
    ['machdb query lab01 > o\t', ['query', 'lab01']],
  ];

  test('the line becomes what was meant', async () => {
    const home = join(work, 'typed');
    await mkdir(join(home, 'dir with $(touch HIT)', 'machdb'), { recursive: true });
    await mkdir(join(home, 'machdb'));
    await mkdir(join(home, 'x'));
    await writeFile(join(home, 'machdb/a.db'), await readFile(join(lab, 'machdb/30-machines.db')));
    const record = `printf '%s\\0' "$@" '' >> '${home}/typed'`;
    await writeFile(join(home, 'x/machdb'), `#!/bin/sh\n${record}\n`, { mode: 0o755 });
    const typed = [...sources, `machdb() { ${record}; }`, ...table.map(([line]) => line), 'exit', ''];
    await runCommand(['bash', '--norc', '--noprofile', '-i'], {
      stdin: typed.join('\n'),
      cwd: home,
      env: { HOME: home, TERM: 'dumb', INPUTRC: '/dev/null' },
      timeoutMs: 60_000,
    });
    const ran = (await readFile(join(home, 'typed'), 'utf8')).split('\0\0').map((line) => line.split('\0'));
    assert.deepEqual(
      ran.slice(0, -1),
      table.map(([, words]) => words.map((word) => word.replace('HOME', home))),
    );
    assert.deepEqual(
      (await readdir(home)).filter((name) => name.includes('HIT')),
      ['dir with $(touch HIT)'],
    );
  });
});
