// update-cluster-add, -remove and -parseconfig, without files.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { hostValues } from './document/cluster-document.ts';
import type { HostValues } from './document/cluster-document.ts';
import { parseCluster } from './document/parse-document.ts';
import { planAdd } from './plan-add.ts';
import { planColumns } from './plan-parseconfig.ts';
import { planRemove } from './plan-remove.ts';

const file = `<cluster>
  <host>
    <ip>10.0.0.1</ip>
    <mac>aa-bb-c0-d2-e4-f6</mac>
    <hostname>Node1</hostname>
    <notes>master spare</notes>
  </host>
  <host><ip>FE80:0::2</ip><hostname>node2.</hostname></host>
</cluster>
`;
const fresh: HostValues = { ip: '10.0.0.9', mac: '02:00:00:00:00:09', hostname: 'node9' };
const add = (values: HostValues, replace = false, text: string | undefined = file) =>
  planAdd({ bytes: text === undefined ? undefined : Buffer.from(text), where: 'c.xml', values, replace });

const taken: readonly { values: HostValues; error: RegExp }[] = [
  {
    values: { ...fresh, mac: 'AA:BB:C0:D2:E4:F6' },
    error: /c\.xml:4:5: error: the MAC address aa-bb-c0-d2-e4-f6 is already that of Node1/,
  },
  {
    values: { ...fresh, ip: 'fe80::2' },
    error: /c\.xml:8:9: error: the IP address FE80:0::2 is already that of node2\./,
  },
  { values: { ...fresh, hostname: 'NODE2' }, error: /c\.xml:8:27: error: the host name node2\. is already/ },
  {
    values: { ip: '10.0.0.1', mac: 'AA:BB:C0:D2:E4:F6', hostname: 'node1' },
    error: /c\.xml:3:5.*\n.*\n.*\^\nc\.xml:4:5.*\n.*\n.*\^\nc\.xml:5:5/,
  },
];

suite('add', () => {
  test('a host that is new', () => {
    const { action, changed } = add(fresh);
    assert.equal(action, 'added');
    assert.equal(changed?.text.startsWith(file.slice(0, -'</cluster>\n'.length - 1)), true);
    assert.deepEqual(parseCluster(changed.text, 'c').document.hosts.map(hostValues)[2], fresh);
  });
  for (const { values, error } of taken) {
    test(`taken: ${JSON.stringify(values)}`, () => {
      assert.throws(() => add(values), { exitCode: 2, message: error, hint: /--replace/ });
    });
  }
  test('--replace updates the host that is there, whatever it is known by', () => {
    const { action, changed, values } = add({ hostname: 'NODE1', ip: '10.0.0.7' }, true);
    assert.equal(action, 'replaced');
    assert.equal(changed?.text, file.replace('10.0.0.1', '10.0.0.7').replace('Node1', 'NODE1'));
    assert.deepEqual(values, { ip: '10.0.0.7', mac: 'aa-bb-c0-d2-e4-f6', hostname: 'NODE1', notes: 'master spare' });
  });
  test('an empty value is no field, and takes away the one that is there', () => {
    assert.equal(add({ ...fresh, notes: '', bootmaster: '' }).changed?.text, add(fresh).changed?.text);
    const { changed, values } = add({ hostname: 'Node1', notes: '', bootmaster: '' }, true);
    assert.equal(changed?.text, file.replace('\n    <notes>master spare</notes>', ''));
    assert.equal(values.notes, undefined);
    assert.equal(add({ ip: 'fe80::2', notes: '' }, true, file.replaceAll('FE80:0::2', 'fe80::2')).action, 'unchanged');
  });
  test('--replace with what is there already changes nothing', () => {
    assert.deepEqual(add({ ip: '10.0.0.1' }, true).changed, undefined);
  });
  test('--replace between two hosts is refused', () => {
    assert.throws(() => add({ ip: '10.0.0.1', hostname: 'node2' }, true), {
      message: /c\.xml:3:5[^]*c\.xml:8:27/,
      hint: /different hosts/,
    });
  });
  test('--replace of a host that is not there adds it, if it has everything', () => {
    assert.equal(add(fresh, true).action, 'added');
    assert.throws(() => add({ hostname: 'node9' }, true), { message: 'a new host needs --ip, --mac', exitCode: 2 });
  });
  test('a file that is missing is made', () => {
    const { changed } = planAdd({ bytes: undefined, where: 'c.xml', values: fresh, replace: false });
    assert.match(
      changed?.text ?? '',
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<cluster>\n  <host>\n    <ip>10.0.0.9<\/ip>\n    <mac>02/,
    );
  });
});

const none = { master: false, ip: [], mac: [], hostname: [], reformat: true };

suite('remove', () => {
  const cases: readonly {
    name: string;
    request: Partial<Parameters<typeof planRemove>[2]>;
    left: string[];
    missing?: string[];
  }[] = [
    { name: 'nothing', request: {}, left: ['Node1', 'node2.'] },
    { name: 'the master', request: { master: true }, left: ['node2.'] },
    {
      name: 'by name, in another case',
      request: { hostname: ['NODE2', 'x'] },
      left: ['Node1'],
      missing: ['hostname x'],
    },
    { name: 'by MAC and address, in another spelling', request: { mac: ['aabbc0d2e4f6'], ip: ['fe80::2'] }, left: [] },
  ];
  for (const { name, request, left, missing = [] } of cases) {
    for (const reformat of [true, false]) {
      test(`${name}${reformat ? '' : ', in place'}`, () => {
        const plan = planRemove(Buffer.from(file), 'c.xml', { ...none, ...request, reformat });
        const names = parseCluster(plan.text, 'c').document.hosts.map((host) => hostValues(host).hostname);
        assert.deepEqual([names, plan.missing, plan.removedCount], [left, missing, 2 - left.length]);
      });
    }
  }
  test('without reformatting, other bytes stay', () => {
    const { text } = planRemove(Buffer.from(file), 'c.xml', { ...none, hostname: ['node2'], reformat: false });
    assert.equal(text, file.replace(/\n.*node2.*/, ''));
  });
});

suite('parseconfig', () => {
  const columns = (text: string, fields: Parameters<typeof planColumns>[0]['fields'], empty = '-') =>
    planColumns({ bytes: Buffer.from(text), where: 'c.xml', fields, empty }).text;
  test('one line for each host', () => {
    assert.equal(columns(file, ['mac', 'hostname', 'mac']), 'aa-bb-c0-d2-e4-f6 Node1 aa-bb-c0-d2-e4-f6\n- node2. -\n');
    assert.equal(columns('<cluster/>', ['ip']), '');
    assert.equal(columns('<cluster><host/></cluster>', ['ip', 'mac'], 'none'), 'none none\n');
  });
  test('white space is refused', () => {
    assert.throws(() => columns(file, ['ip', 'notes']), {
      exitCode: 2,
      message: /c\.xml:6:5: error: <notes> has white space/,
    });
    for (const space of ['&#10;', '\t', '&#xa0;', '&#x85;', '&#x2028;']) {
      assert.throws(() => columns(`<cluster><host><ip>a${space}b</ip></host></cluster>`, ['ip']), /white space/, space);
    }
  });
  test('a fault behind the hosts: nothing is printed', () => {
    assert.throws(() => columns(`${file}x`, ['ip']), /c\.xml:10:\d+/);
  });
});
