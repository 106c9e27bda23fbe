// What TAB offers at the end of a line: everything that the programs define, and the values that fit.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { Command } from 'commander';
import { runCommand } from '../../lib/run-command.ts';
import { startCompletingBash } from '../helpers/completing-bash.ts';

const root = join(import.meta.dirname, '../..');
const stack = new AsyncDisposableStack();
after(async () => stack.disposeAsync());
const lab = join(root, 'examples/lab');
const { sources, offers, offersAt } = await startCompletingBash(stack);

suite('everything that the programs define is offered', () => {
  for (const [name, folder] of [
    ['machdb', 'bin/machdb-commands'],
    ['gutinteg', 'bin/commands'],
  ] as const) {
    test(name, async () => {
      const program = await defineProgram(name, folder);
      const expected = expectations(program, name).filter(({ words }) => words.length > 0);
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
    // Words of other programs that are understood, too, are not offered.
    const shown = new Set(command.createHelp().visibleCommands(command));
    const children = command.commands.filter((child) => shown.has(child));
    const below = children.flatMap((child) => [child.name(), ...child.aliases()]);
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
      ...children.flatMap((child) =>
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
    ['packagelink --tar', ['--target']],
    ['packagelink --target m', ['machdb']],
    ['packagelink --target . pack', ['packages']],
    ['packagelink --directories=', ['merge', 'same-priority']],
    ['packagelink --target . --record s', ['site.yaml']],
    ['packageunlink --target m', ['machdb']],
    ['packageunlink --target . lab', []],
    ['packagecheck --foreign ', ['fail', 'ignore', 'list']],
    ['update-cluster-maccollect --lis', ['--listen-only']],
    ['update-cluster-maccollect --site . --like kio', ['kiosk1']],
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
