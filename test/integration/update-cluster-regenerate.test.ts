// Hooks that fail, hang, print far too much or are odd: each is reported, and the others run.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { execa } from 'execa';
import { openClusterLab, putHook } from './update-cluster-lab.ts';
import type { ClusterLab } from './update-cluster-lab.ts';

type Result = {
  name: string;
  status: string;
  exitCode: number | null;
  ending: string;
  seconds: number;
  output: string;
  overrides: string | null;
};

suite('update-cluster-regenerate', () => {
  let lab: ClusterLab;
  before(async () => {
    lab = await openClusterLab();
    await lab.inside(['update-cluster-add', '--ip', '10.0.0.1', '--mac', '020000000001', '--hostname', 'a']);
  });
  after(() => lab[Symbol.asyncDispose]());

  const regenerate = async (...args: string[]): Promise<{ exitCode: number | undefined; hooks: Result[] }> => {
    const { exitCode, stdout, stderr } = await lab.inside(['update-cluster-regenerate', '--json', ...args]);
    assert.notEqual(stdout, '', stderr);
    return { exitCode, hooks: (JSON.parse(stdout) as { hooks: Result[] }).hooks };
  };

  const endings: readonly { name: string; script: string; status: string; ending: RegExp; output?: RegExp }[] = [
    { name: 'ok', script: 'echo out; echo err >&2', status: 'ok', ending: /^exit code 0$/, output: /^out\nerr\n$/ },
    { name: 'fails', script: 'echo why; exit 3', status: 'failed', ending: /^exit code 3$/, output: /^why\n$/ },
    { name: 'is killed', script: 'kill -9 $$', status: 'failed', ending: /^was ended by SIGKILL$/ },
    {
      name: 'hangs',
      script: 'echo began; sleep 600 & wait',
      status: 'failed',
      ending: /^no end after 2 s$/,
      output: /^began\n$/,
    },
    {
      name: 'ignores',
      script: "trap '' TERM; while :; do sleep 1; done",
      status: 'failed',
      ending: /^no end after 2 s$/,
    },
    { name: 'daemon', script: 'sleep 30 & echo $!', status: 'ok', ending: /^exit code 0$/, output: /^\d+\n$/ },
    {
      name: 'much',
      script: 'yes | head -c 5000000; echo; echo end',
      status: 'ok',
      ending: /^exit code 0$/,
      output: /^[y\n]{65000,65540}end\n$/,
    },
    { name: 'stdin', script: 'wc -c; exec <&-; exec >&-', status: 'ok', ending: /^exit code 0$/, output: /^0\n$/ },
    { name: 'binary', script: "printf '\\377\\000ok'", status: 'ok', ending: /^exit code 0$/, output: /ok$/ },
    {
      name: 'environment',
      script: 'echo "$CLUSTERXML"; pwd; umask; command -v update-cluster-parseconfig; command -v node || echo none',
      status: 'ok',
      ending: /^exit code 0$/,
      output: /^\/etc\/update-cluster\/cluster\.xml\n\/\n0022\n\/usr\/bin\/update-cluster-parseconfig\n/,
    },
  ];

  test('each ends in its way, and none keeps another from running', async () => {
    for (const { name, script } of endings) await putHook(lab, name, script);
    const { exitCode, hooks } = await regenerate('all', '--timeout', '2');
    assert.equal(exitCode, 1);
    assert.deepEqual(
      hooks.map(({ name }) => name),
      endings.map(({ name }) => name).toSorted(),
    );
    for (const { name, status, ending, output = /^$/ } of endings) {
      const found = hooks.find((hook) => hook.name === name);
      assert.equal(found?.status, status, name);
      assert.match(found.ending, ending);
      assert.match(found.output, output, name);
    }
    const daemon = hooks.find(({ name }) => name === 'daemon');
    assert.ok((daemon?.seconds ?? 9) < 2, 'a daemon is not waited for');
    const left = await lab.shell("grep -lsz '^sleep$' /proc/[0-9]*/cmdline | xargs -r -n1 dirname; true");
    const asked = await lab.shell(`kill ${daemon?.output.trim()}`);
    assert.equal(asked.exitCode, 0, `the daemon was still there: ${left.stdout}`);
    await lab.shell('rm /usr/lib/update-cluster/*');
  });

  test('what does not run is named, and is no failure', async () => {
    await putHook(lab, 'off', 'echo packaged');
    await putHook(lab, 'mine', 'echo packaged');
    await putHook(lab, 'mine', 'echo mine', '/etc/update-cluster/updatelist');
    await putHook(lab, 'plain', 'echo plain');
    const own = '/etc/update-cluster/updatelist';
    await lab.shell(
      `ln -s /dev/null ${own}/off.updatelist; chmod -x /usr/lib/update-cluster/plain.updatelist; mkdir ${own}/dir.updatelist`,
    );
    const { exitCode, hooks } = await regenerate('all');
    assert.equal(exitCode, 0);
    assert.deepEqual(
      hooks.map(({ name, status, output, overrides }) => [name, status, output, overrides]),
      [
        ['dir', 'skipped', '', null],
        ['mine', 'ok', 'mine\n', '/usr/lib/update-cluster/mine.updatelist'],
        ['off', 'skipped', '', '/usr/lib/update-cluster/off.updatelist'],
        ['plain', 'skipped', '', null],
      ],
    );
    const { stdout } = await lab.inside(['update-cluster-regenerate', 'mine', '--dry-run']);
    assert.equal(
      stdout,
      'mine: /etc/update-cluster/updatelist/mine.updatelist, instead of /usr/lib/update-cluster/mine.updatelist\n1 hook; none was run\n',
    );
    await lab.shell(`rm -r /usr/lib/update-cluster/* ${own}/*`);
  });

  test('bad usage', async () => {
    await putHook(lab, 'dsh', 'exit 0');
    const cases: readonly [string[], RegExp][] = [
      [[], /^name hooks, or 'all'/],
      [['dhs'], /^there is no hook dhs; did you mean dsh\?/],
      [['dsh', '--timeout', '0'], /^--timeout 0 is not/],
      [['dsh', '--timeout', '1e9'], /^--timeout 1e9 is not/],
      [['dsh', '--file', '/nowhere.xml'], /^\/nowhere\.xml does not exist/],
      [['dsh', '--file', '/dev/full'], /./],
    ];
    for (const [args, message] of cases) {
      const { exitCode, stderr, stdout } = await lab.inside(['update-cluster-regenerate', ...args]);
      assert.match(stderr, message);
      assert.deepEqual([exitCode, stdout], [2, ''], args.join(' '));
    }
  });

  test('two do not run at once', async () => {
    await putHook(lab, 'dsh', 'echo begin >>/etc/log; sleep 0.5; echo end >>/etc/log');
    const runs = await Promise.all([1, 2, 3].map(() => lab.inside(['update-cluster-regenerate', 'dsh'])));
    assert.deepEqual(
      runs.map(({ exitCode }) => exitCode),
      [0, 0, 0],
    );
    assert.equal((await lab.shell('cat /etc/log')).stdout, 'begin\nend\n'.repeat(3));
  });

  test('the sample hook leaves other lines of /etc/hosts alone', async () => {
    const sample = join(import.meta.dirname, '../../update-cluster/update-cluster-sample.updatelist');
    await lab.inside(['cp', sample, '/usr/lib/update-cluster/sample.updatelist']);
    await lab.shell(
      "printf '127.0.0.1 localhost\\n# M\\374ller' >/etc/hosts; update-cluster-add --ip ::2 --mac 020000000002 --hostname b",
    );
    const block = '#Auto-generated by update-cluster\n10.0.0.1 a\n::2 b\n#End update-cluster\n';
    for (const kept of ['127.0.0.1 localhost\n# Müller\n', '127.0.0.1 localhost\n# Müller\n']) {
      const { exitCode, hooks } = await regenerate('sample');
      assert.deepEqual([exitCode, hooks[0]?.output], [0, '']);
      assert.equal((await lab.shell('iconv -f ISO-8859-1 -t UTF-8 /etc/hosts')).stdout, kept + block);
      await lab.shell('echo 10.9.9.9 by-hand >>/etc/hosts; sed -i "\\$d" /etc/hosts');
    }
    await lab.shell('sed -i "/#End/d" /etc/hosts');
    const [half] = (await regenerate('sample')).hooks;
    assert.match(half?.output ?? '', /^\/etc\/hosts:3: this block does not end/);
  });

  test('SIGINT ends the hook, also one that does not listen, and the next does not begin', async () => {
    await putHook(lab, 'dsh', "trap '' TERM INT; echo $$ >/etc/pid; while :; do sleep 1; done");
    await putHook(lab, 'later', 'echo began >/etc/began');
    const [file = '', ...args] = lab.enter(['update-cluster-regenerate', 'dsh', 'later']);
    const running = execa(file, args, { reject: false, env: { CLUSTERXML: '' } });
    const pid = (
      await lab.shell('timeout 20 sh -c "until [ -s /etc/pid ]; do sleep 0.05; done"; cat /etc/pid')
    ).stdout.trim();
    running.kill('SIGINT');
    assert.equal((await running).signal, 'SIGINT');
    // A zombie that nobody waits for has no command line.
    const left = await lab.shell(`cat /proc/${pid}/cmdline 2>/dev/null; cat /etc/began 2>/dev/null`);
    assert.equal(left.stdout, '');
  });
});
