// The machdb command as a user runs it, and its output in the hands of a real shell.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv } from '../../lib/run-command.ts';
import { formatRecord, formatShell } from '../../machdb/format.ts';
import { loadMachdb } from '../../machdb/load.ts';
import { resolveRecord } from '../../machdb/resolve.ts';

const root = join(import.meta.dirname, '../..');
const lab = join(root, 'examples/lab');

function machdb(...args: string[]) {
  return runCommand([join(root, 'bin/machdb'), ...args], { okExitCodes: [0, 1, 2, 3] });
}

suite('exit codes', () => {
  const table: [args: string[], exitCode: number, says: RegExp][] = [
    [['query', 'lab01', '--site', lab], 0, /^lab01\.IP="10\.77\.0\.101"$/m],
    [['query', '--mac', '52-54-0-77-0-1', '--site', lab], 0, /^lab01\.HOSTNAME="lab01"$/m],
    [['query', 'standard-client', '--site', lab], 0, /^standard-client\.PACKAGES="base motd ssh"$/m],
    [['check', '--site', lab], 0, /^6 machines, no faults\n$/],
    [['--help'], 0, /^Usage: machdb /],
    [['query', '--help'], 0, /^Examples:$/m],
    [['--version'], 0, /^\d/],
    [['query', 'lab1', '--site', lab], 1, /no object lab1; did you mean lab01\?/],
    [['query', '--mac', '52:54:00:77:00:ff', '--site', lab], 1, /no machine .* 52:54:00:77:00:ff$/m],
    [[], 2, /^Usage: machdb /],
    [['nonsense'], 2, /unknown command 'nonsense'\n\(machdb --help/],
    [['explain'], 2, /missing required argument 'name'\n\(machdb explain --help/],
    [['completion', 'bash', 'x'], 2, /\(machdb completion bash --help/],
    [['export', 'json', '--output', join(lab, 'none/x'), '--site', lab], 1, /try: mkdir -p .*none$/m],
    [['query', '--site', lab], 2, /needs one of a name, --mac and --ip/],
    [['query', 'lab01', '--mac', '1:2:3:4:5:6', '--site', lab], 2, /needs one of a name, --mac and --ip/],
    [['query', '--mac', 'lab01', '--site', lab], 2, /'lab01' is not a MAC address/],
    [['query', 'lab01', '--format', 'yaml'], 2, /Allowed choices are paper, json, shell, defines/],
    [['check', '--site', root], 2, /no file \*\.db in /],
    [['check', '--site', join(lab, 'none')], 2, /cannot read the machine database in /],
  ];
  for (const [args, exitCode, says] of table) {
    test(`machdb ${args.join(' ').replaceAll(root, '.')}: ${exitCode}`, async () => {
      const said = await machdb(...args);
      assert.equal(said.exitCode, exitCode, said.stderr);
      assert.match(exitCode === 0 ? said.stdout : said.stderr, says);
    });
  }
});

test('check --json prints faults of grammar and of content alike', async () => {
  const site = await mkdtemp(join(tmpdir(), 'machdb-cli-'));
  try {
    await mkdir(join(site, 'machdb'));
    for (const [text, message] of [
      ['m: n\n', 'm inherits from n, which is not defined'],
      ['m:\nIP=x\n', "IP: 'x' is not an IPv4 address such as 10.77.0.101"],
    ] as const) {
      await writeFile(join(site, 'machdb/a.db'), text);
      const { exitCode, stdout, stderr } = await machdb('check', '--json', '--site', site);
      const { faults } = JSON.parse(stdout) as { faults: { message: string }[] };
      assert.deepEqual([exitCode, stderr, faults.map((fault) => fault.message)], [2, '', [message]]);
    }
  } finally {
    await rm(site, { recursive: true });
  }
});

test('what is not a regular file is refused by name, and never waited for', async () => {
  const site = await mkdtemp(join(tmpdir(), 'machdb-cli-'));
  try {
    await mkdir(join(site, 'machdb'));
    await writeFile(join(site, 'machdb/a.db'), 'm:\n IP=10.0.0.1\nz:\n ZONE=lab.example\n NS=ns.x.example\n');
    await runCommand(['mkfifo', join(site, 'fifo')]);
    for (const file of ['fifo', '/dev/zero', 'machdb']) {
      for (const args of [
        ['dns', '--previous', file],
        ['hosts', '--output', file],
      ]) {
        const said = await machdb(
          'export',
          ...args.map((arg) => arg.replace(/^(fifo|machdb)$/, join(site, '$1'))),
          '--site',
          site,
        );
        assert.match(said.stderr, /cause: it is a (FIFO|device|directory), not a regular file/);
        assert.notEqual(said.exitCode, 0);
      }
    }
    for (const [target, kind] of [
      ['../fifo', 'FIFO'],
      ['/dev/zero', 'device'],
      ['.', 'directory'],
    ] as const) {
      await symlink(target, join(site, 'machdb/b.db'));
      for (const command of [
        'check',
        'list',
        'query m',
        'explain m',
        'export hosts',
        'set m A=1',
        'set m A=1 --dry-run',
      ]) {
        const { exitCode, stderr } = await machdb(...command.split(' '), '--site', site);
        assert.equal(exitCode, 2);
        assert.match(stderr, new RegExp(`cannot read .*b\\.db\n  cause: it is a ${kind}, not a regular file`));
      }
      await rm(join(site, 'machdb/b.db'));
    }
  } finally {
    await rm(site, { recursive: true });
  }
});

suite('a real shell', () => {
  const hostile = [
    '',
    ' a  b\tc ',
    `'"'"'`,
    '"; echo broken; "',
    "'; echo broken; '",
    '$(echo broken) `echo broken` ${HOME} $HOME $$',
    '\\ \\\\ \\" \\n \\$',
    '* ? [a-z] ~ ! # & | ; < > ( ) { } ^ %',
    '-n',
    'a\nb\n',
    'grün €',
  ];

  test('gives the values of `defines` back exactly', async () => {
    await checkValues(hostile);
    const value = fc.string({ unit: fc.constantFrom(...'\\"\'`$(){};&|<>*?~!# \t\nab=-é'.split('')) });
    await fc.assert(fc.asyncProperty(fc.array(value, { minLength: 50, maxLength: 200 }), checkValues), { numRuns: 20 });
  });

  const special =
    `UID EUID PPID SHELLOPTS BASHOPTS BASH_VERSINFO GROUPS RANDOM SECONDS LINENO OPTIND HISTCMD IFS PATH PS4
    ENV BASH_ENV HOME LD_PRELOAD TMOUT PROMPT_COMMAND _ FUNCNAME path`.split(/\s+/);
  for (const shell of ['dash', 'bash', 'bash --posix', 'busybox ash']) {
    test(`${shell} goes on as before, whatever names a record has`, async () => {
      const record = { A: '-n', ...Object.fromEntries(special.map((name) => [name, '/nonesuch x*'])), Z: 'after' };
      const program =
        'set -eu; before="$PATH|$IFS|$HOME|$PPID"; eval "$(cat)"; [ "$before" = "$PATH|$IFS|$HOME|$PPID" ]; ';
      const argv: Argv = ['env', ...shell.split(' '), '-c', `${program}printf '%s' "$A,$Z"`];
      const { stdout } = await runCommand(argv, { stdin: formatRecord('m', record, 'shell') });
      assert.equal(stdout, '-n,after');
      const prefixed: Argv = ['env', ...shell.split(' '), '-c', `${program}printf '%s' "$M_UID,$M_PATH,$M_Z"`];
      const all = await runCommand(prefixed, { stdin: formatShell(record, 'M_') });
      assert.equal(all.stdout, '/nonesuch x*,/nonesuch x*,after');
    });
  }

  test('what is left out is said, and --prefix is for shell alone', async () => {
    const site = await mkdtemp(join(tmpdir(), 'machdb-cli-'));
    try {
      await mkdir(join(site, 'machdb'));
      await writeFile(join(site, 'machdb/a.db'), 'm:\n IFS=x\n UID=1\n Z=after\n');
      const query = ['query', 'm', '--site', site, '--format'];
      const said = await machdb(...query, 'shell');
      assert.equal(said.stdout, "HOSTNAME='m'\nZ='after'\n");
      assert.match(said.stderr, /^warning: IFS, UID left out: a shell has its own\n {2}try: --prefix M_/);
      const prefixed = await machdb(...query, 'shell', '--prefix', 'M_');
      assert.deepEqual([prefixed.stdout, prefixed.stderr], ["M_HOSTNAME='m'\nM_IFS='x'\nM_UID='1'\nM_Z='after'\n", '']);
      assert.equal((await machdb(...query, 'json', '--prefix', 'M_')).exitCode, 2);
      assert.equal((await machdb(...query, 'shell', '--prefix', '1;')).exitCode, 2);
    } finally {
      await rm(site, { recursive: true });
    }
  });

  test('sets what the example lab says', async () => {
    const record = resolveRecord(await loadMachdb(join(lab, 'machdb')), 'server1');
    const script = 'eval "$(cat)"; printf "%s|%s|%s" "$HOSTNAME" "$PARTITION" "$NIC_storage_MAC"';
    const { stdout } = await runCommand(['sh', '-c', script], { stdin: formatRecord('server1', record, 'shell') });
    assert.equal(stdout, [record['HOSTNAME'], record['PARTITION'], record['NIC_storage_MAC']].join('|'));
  });

  async function checkValues(values: readonly string[]): Promise<void> {
    const record = Object.fromEntries(values.map((value, index) => [`V${index}`, value]));
    const defines = await readArguments('eval "print $(cat; echo)"', formatRecord('m', record, 'defines'));
    assert.deepEqual(
      defines,
      Object.entries(record).map(([variable, value]) => `-D${variable}=${value}`),
    );
    const references = Object.keys(record).map((variable) => `"$${variable}"`);
    const shell = await readArguments(
      `eval "$(cat)"; print ${references.join(' ')}`,
      formatRecord('m', record, 'shell'),
    );
    assert.deepEqual(shell, values);
  }

  /** The arguments that a function `print` is called with by a script. */
  async function readArguments(script: string, stdin: string): Promise<string[]> {
    const print = String.raw`print() { for argument; do printf '%s\0' "$argument"; done; }`;
    const { stdout } = await runCommand(['sh', '-eu', '-c', `${print}; ${script}`], { stdin });
    return stdout.split('\0').slice(0, -1);
  }
});
