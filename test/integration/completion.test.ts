// The completion scripts in a real bash: what TAB offers, and what a typed line has become after it.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { Argument, Command, Option } from 'commander';
import { describeProgram } from '../../bin/completion/describe-program.ts';
import { renderBash } from '../../bin/completion/render-bash.ts';
import { runCommand } from '../../lib/run-command.ts';

const root = join(import.meta.dirname, '../..');
const lab = join(root, 'examples/lab');
const work = await mkdtemp(join(tmpdir(), 'completion-'));
after(() => rm(work, { recursive: true }));

const sources: string[] = [];
for (const program of ['machdb', 'gutinteg']) {
  const { stdout } = await runCommand([join(root, 'bin', program), 'completion', 'bash']);
  const path = join(work, `${program}.bash`);
  await writeFile(path, stdout);
  sources.push(`source '${path}'`);
}

// A program with what commander can define and ours (partly) do not use.
const toy = new Command('toy').option('-v, --verbose');
const thing = toy.command('thing').aliases(['t', 'th']);
thing
  .command('make')
  .alias('mk')
  .addArgument(new Argument('<colour>').choices(['red', 'dark blue', "'$(touch HIT)'"]))
  .argument('<machine>')
  .argument('[files...]')
  .addOption(new Option('-s, --size <size>').choices(['big', 'small']))
  .addOption(new Option('--trace [level]').choices(['low', 'high']))
  .addOption(new Option('--with <parts...>').choices(['wheels', 'doors']))
  .addOption(new Option('--no-paint'))
  .addOption(new Option('--secret <text>').hideHelp());
thing.command('hidden', { hidden: true });
const engine = await readFile(join(root, 'bin/completion/complete.bash'), 'utf8');
const toyScript = join(work, 'toy.bash');
const path = join(work, "PROGRAM's path", 'toy');
await writeFile(toyScript, renderBash({ program: 'toy', path, commands: describeProgram(toy), engine }));
await mkdir(join(work, "PROGRAM's path"));
await writeFile(path, '#!/bin/sh\necho "$@" >&2\necho m1\necho m2\n', { mode: 0o755 });
sources.push(`source '${toyScript}'`);

type Shell = { readonly cwd?: string; readonly before?: string };

/** What TAB offers at the end of each line, sorted; all in one bash that has read nothing but the scripts. */
async function offers(lines: readonly string[], { cwd = lab, before = '' }: Shell = {}): Promise<string[][]> {
  const script = `${sources.join('\n')}
    ${before}
    while IFS= read -r COMP_LINE; do
      COMP_POINT=\${#COMP_LINE}
      "_\${COMP_LINE%% *}_complete"
      printf '%s\\0' "\${COMPREPLY[@]}"
      printf '\\n\\0'
    done`;
  const said = await runCommand(['bash', '--norc', '--noprofile', '-c', script], {
    stdin: lines.map((line) => `${line}\n`).join(''),
    cwd,
  });
  assert.equal(said.stderr, '');
  const replies = said.stdout.split('\n\0').slice(0, -1);
  assert.equal(replies.length, lines.length);
  return replies.map((reply) =>
    reply
      .split('\0')
      .filter((word) => word !== '')
      .sort(),
  );
}

async function offersAt(line: string, shell: Shell = {}): Promise<string[]> {
  return (await offers([line], shell))[0] ?? [];
}

suite('everything that the programs define is offered', () => {
  for (const [name, folder] of [
    ['machdb', 'bin/machdb-commands'],
    ['gutinteg', 'bin/commands'],
  ] as const) {
    test(name, async () => {
      const program = await defineProgram(name, folder);
      const expected = expectations(program, name);
      assert.ok(expected.length > 10);
      const replies = await offers(expected.map(({ line }) => line));
      for (const [index, { line, words }] of expected.entries()) {
        const missing = words.filter((word) => !(replies[index] ?? []).includes(word));
        assert.deepEqual(missing, [], `not offered after '${line}'`);
      }
    });
  }

  /** The program as its command files define it, put together here once more. */
  async function defineProgram(name: string, folder: string): Promise<Command> {
    const program = new Command(name);
    for (const file of await readdir(join(root, folder))) {
      const module = (await import(join(root, folder, file))) as Record<string, (program: Command) => void>;
      for (const [name, add] of Object.entries(module)) if (/^add\w+Command$/.test(name)) add(program);
    }
    return program;
  }

  type Expectation = { readonly line: string; readonly words: readonly string[] };

  function expectations(command: Command, line: string): Expectation[] {
    const below = command.commands.flatMap((child) => [child.name(), ...child.aliases()]);
    const options = command.options.filter(({ hidden }) => !hidden);
    return [
      { line: `${line} `, words: below },
      { line: `${line} -`, words: options.flatMap(({ short, long }) => [short, long].filter(isText)) },
      ...options.flatMap(({ long, argChoices = [] }) => [
        { line: `${line} ${long} `, words: argChoices },
        { line: `${line} ${long}=`, words: argChoices },
      ]),
      ...command.registeredArguments
        .slice(0, 1)
        .map(({ argChoices = [] }) => ({ line: `${line} `, words: argChoices })),
      ...command.commands.flatMap((child) =>
        [child.name(), ...child.aliases()].flatMap((name) => expectations(child, `${line} ${name}`)),
      ),
    ];
  }

  function isText(text: string | undefined): text is string {
    return text !== undefined;
  }
});

suite('what is offered', () => {
  const machines = ['kiosk1', 'lab01', 'lab02', 'lab03', 'lab04', 'server1'];
  const table: [line: string, words: string[]][] = [
    ['machdb que', ['query']],
    ['machdb nonsense ', []],
    ['machdb help che', ['check']],
    ['machdb query lab0', ['lab01', 'lab02', 'lab03', 'lab04']],
    ['machdb query standard-', ['standard-client', 'standard-server']],
    ['machdb query no-such', []],
    ['machdb query lab01 ', []],
    ['machdb query --format ', ['defines', 'json', 'paper', 'shell']],
    ['machdb query --format j', ['json']],
    ['machdb query --format=j', ['json']],
    ['machdb query --format="j', ['json']],
    ['machdb query --format="j"s', ['json']],
    ['machdb query --format json lab0', ['lab01', 'lab02', 'lab03', 'lab04']],
    ['machdb query --format=json -- lab04', ['lab04']],
    ['machdb query -- --', []],
    // readline replaces what stands behind the last colon only.
    ['machdb query --mac 52:54:00:77:00:0', ['01', '02', '03', '04', '05']],
    [
      'machdb query --mac 5',
      ['1', '2', '3', '4', '5']
        .map((n) => `52:54:00:77:00:0${n}`)
        .concat(['11', '12'].map((n) => `52:54:00:77:00:${n}`)),
    ],
    ['machdb query --mac=52:54:00:77:00:1', ['11', '12']],
    ['machdb query --mac "52:54:00:77:00:1', ['52:54:00:77:00:11', '52:54:00:77:00:12']],
    ['machdb query --mac 52:54:00:77:00:01 --form', ['--format']],
    ['machdb query --ip 10.77.0.11', ['10.77.0.11']],
    ['machdb explain lab01 PRI', ['PRINTER']],
    ['machdb grep PRI', ['PRINTER=']],
    ['machdb clone server', ['server1']],
    ['machdb clone server1 ', []],
    ['machdb clone server1 server2 --set NIC', ['NIC_storage_MAC=']],
    ['machdb diff m', ['machdb']],
    ['gutinteg arm ', machines],
    ['gutinteg arm lab01 ', []],
    ['gutinteg status k', ['kiosk1']],
    ['gutinteg image ', ['build', 'help']],
    ['gutinteg image build ', ['debian-12']],
    ['gutinteg plan lab01 --disks s', ['site.yaml']],
    ['gutinteg plan lab01 --disks=s', ['site.yaml']],
    ['machdb check --site m', ['machdb']],
    ['machdb check --site=m', ['machdb']],
    ['machdb query lab01 > s', ['site.yaml']],
    ['machdb query >out lab04', ['lab04']],
    ['machdb query 2>&1 lab04', ['lab04']],
  ];
  test('at the end of each line', async () => {
    const replies = await offers(table.map(([line]) => line));
    for (const [index, [line, words]] of table.entries()) assert.deepEqual(replies[index], words.sort(), line);
  });

  test('the text behind the cursor does not matter', async () => {
    const before = `_machdb_at_9() { COMP_LINE='machdb que --site nowhere' COMP_POINT=10; _machdb_complete; }`;
    const { stdout } = await runCommand([
      'bash',
      '--norc',
      '-c',
      `${sources.join('\n')}\n${before}\n_machdb_at_9; echo "\${COMPREPLY[@]}"`,
    ]);
    assert.equal(stdout, 'query\n');
  });

  test('with any word breaks and any shell options', async () => {
    for (const before of [
      'set -u',
      'set -e',
      'set -f',
      'set -o posix',
      'shopt -s failglob',
      'shopt -s nullglob',
      'IFS=a',
    ]) {
      assert.deepEqual(await offersAt('machdb query --mac=52:54:00:77:00:1', { before }), ['11', '12'], before);
    }
    const before = `COMP_WORDBREAKS=' '`;
    assert.deepEqual(await offersAt('machdb query --format=j', { before }), ['--format=json']);
    assert.deepEqual(await offersAt('machdb query --mac 52:54:00:77:00:01', { before }), ['52:54:00:77:00:01']);
  });
});

test('whatever commander can define', async () => {
  const files = (await readdir(lab)).sort();
  const colours = ["'$(touch HIT)'", 'dark blue', 'red'];
  const table: [line: string, words: string[]][] = [
    ['toy ', ['help', 't', 'th', 'thing']],
    ['toy -', ['--help', '--verbose', '-h', '-v']],
    ['toy -v thi', ['thing']],
    ['toy th ', ['help', 'make', 'mk']],
    ['toy nonsense thing ', []],
    ['toy nonsense thing --v', ['--verbose']],
    ['toy help t', ['t', 'th', 'thing']],
    ['toy th help m', ['make', 'mk']],
    ['toy t mk -', ['--help', '--no-paint', '--size', '--trace', '--with', '-h', '-s']],
    ['toy t mk ', colours],
    ['toy thing make red ', ['m1', 'm2']],
    ['toy thing make red m1 ', files],
    ['toy thing make red m1 x y ', files],
    ['toy th make -s ', ['big', 'small']],
    ['toy th make --size=s', ['small']],
    ['toy th make --size small ', colours],
    ['toy th make -ssmall ', colours],
    ['toy th make --no-paint ', colours],
    ['toy th make --trace ', ['high', 'low']],
    ['toy th make --trace --s', ['--size']],
    ['toy th make --trace --size ', ['big', 'small']],
    ['toy th make --trace low ', colours],
    ['toy th make --with wheels d', ['doors']],
    ['toy th make --with wheels --s', ['--size']],
    ['toy th make --with wheels -- red ', ['m1', 'm2']],
    ['toy th make --nonsense=', []],
    ['toy th make --secret ', colours],
  ];
  const replies = await offers(table.map(([line]) => line));
  for (const [index, [line, words]] of table.entries()) assert.deepEqual(replies[index], words, line);
});

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

test('names are the only thing that a program is started for', async () => {
  const before = `_machdb_words() { echo started; }; _gutinteg_words() { echo started; }`;
  const lines = [
    'machdb ',
    'machdb query --',
    'machdb query --format ',
    'gutinteg image ',
    'gutinteg plan --disks ',
    'machdb query ',
  ];
  const replies = await offers(lines, { before });
  assert.deepEqual(
    replies.map((words) => words.includes('started')),
    [false, false, false, false, false, true],
  );
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
