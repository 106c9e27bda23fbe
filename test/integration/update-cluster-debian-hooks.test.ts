// The hooks that Debian's packages still have, unmodified: what they write is what their applications read.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { unpackedPackage } from '../helpers/unpacked-package.ts';
import { openClusterLab } from './update-cluster-lab.ts';
import type { ClusterLab } from './update-cluster-lab.ts';

suite("Debian's own hooks", () => {
  let lab: ClusterLab;
  before(async () => {
    const packages: string[] = [];
    for (const name of ['dsh', 'libdshconfig1', 'lam-runtime', 'liblam4', 'libltdl7'])
      packages.push(await unpackedPackage(name));
    lab = await openClusterLab(packages);
    for (const [number, name, ...more] of [
      ['1', 'head', '--notes', 'master'],
      ['2', 'node1'],
      ['3', 'node2'],
    ]) {
      const address = ['--ip', `192.0.2.${number}`, '--mac', `02000000000${number}`];
      const added = await lab.inside(['update-cluster-add', ...address, '--hostname', name ?? '', ...more]);
      assert.equal(added.exitCode, 0, added.stderr);
    }
  });
  after(() => lab[Symbol.asyncDispose]());

  test('run, and succeed', async () => {
    const { exitCode, stdout, stderr } = await lab.inside(['update-cluster-regenerate', 'all']);
    assert.equal(stderr, '');
    assert.match(stdout, /^dsh: ok, exit code 0, \d+\.\d\d s\nlam: ok, exit code 0, \d+\.\d\d s\n2 hooks, 0 failed\n$/);
    assert.equal(exitCode, 0);
  });

  test('dsh runs a command on every host', async () => {
    const { stdout, stderr } = await lab.inside([
      'dsh',
      '--all',
      '--show-machine-names',
      '--remoteshell',
      'echo',
      '--',
      'uptime',
    ]);
    assert.deepEqual([stdout, stderr], ['head: head uptime\nnode1: node1 uptime\nnode2: node2 uptime\n', '']);
  });

  test('LAM finds every host, and its address', async () => {
    const hosts = await lab.shell(
      'update-cluster-parseconfig ip hostname </etc/update-cluster/cluster.xml >>/etc/hosts',
    );
    assert.equal(hosts.exitCode, 0, hosts.stderr);
    const nobody = [
      'setpriv',
      '--reuid',
      '65534',
      '--regid',
      '65534',
      '--clear-groups',
      'env',
      'LAMRSH=/bin/true',
      'HOME=/tmp',
    ];
    const { stdout, stderr } = await lab.inside(['timeout', '20', ...nobody, 'recon', '-d']);
    const said = `${stdout}${stderr}`;
    assert.match(
      said,
      /found the following hosts:\n.* n0 head \(cpu=1\).*\n.* n1 node1 \(cpu=1\).*\n.* n2 node2 \(cpu=1\)/,
    );
    assert.match(said, /n0 head --> 192\.0\.2\.1.*\n.* n1 node1 --> 192\.0\.2\.2.*\n.* n2 node2 --> 192\.0\.2\.3/);
  });

  test('with a broken cluster.xml they do not run, and their files stay', async () => {
    await lab.shell('echo "<" >>/etc/update-cluster/cluster.xml');
    const { exitCode, stderr } = await lab.inside(['update-cluster-regenerate', 'dsh', 'lam']);
    assert.equal(exitCode, 2);
    assert.match(stderr, /\/etc\/update-cluster\/cluster\.xml:\d+:\d+: error: /);
    const { stdout } = await lab.shell('cat /etc/dsh/machines.list /etc/lam/bhost.def');
    assert.equal(stdout, 'head\nnode1\nnode2\nhead\nnode1\nnode2\n');
  });
});
