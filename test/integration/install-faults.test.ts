// What a description with a fault gets, before any machine is switched on: the real commands on a copy of the example
// site. In QEMU: test/qemu/refused, wrong-hash, new-kernel, power-cut.
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { GiB } from '../../lib/bytes.ts';
import type { CommandResult } from '../../lib/run-command.ts';
import { disk, machine } from '../../partition-specs/testing/disk.ts';
import { createNamespace } from '../../rehearse/namespace.ts';
import { startServer } from '../../rehearse/server.ts';
import { treeFingerprint } from '../../site/tree-fingerprint.ts';
import { damagePack } from '../helpers/damage-pack.ts';
import { IMAGE, makeSmallSite } from '../helpers/small-site.ts';
import type { SmallSite } from '../helpers/small-site.ts';

const LIMIT_MS = 120_000;
const EMPTY = disk({ serial: 'lab01-disk0' });

async function plan(site: SmallSite, disks = [EMPTY]): Promise<CommandResult> {
  const facts = join(site.stateDir, 'facts.json');
  await writeFile(facts, JSON.stringify(machine(...disks)));
  return site.run('gutinteg', 'plan', 'lab01', '--state', site.stateDir, '--disks', facts);
}

/** Bad input: exit code 2, nothing on standard output, every pattern on standard error. */
function assertRefused(result: CommandResult, says: readonly RegExp[]): void {
  assert.deepEqual([result.exitCode, result.stdout], [2, ''], result.stderr);
  for (const pattern of says) assert.match(result.stderr, pattern);
}

type Edit = { readonly file: string; readonly from: string; readonly to: string };
type DescriptionFault = Edit & { readonly name: string; readonly says: readonly RegExp[] };

/** Faults that the database shows by itself. */
const DATABASE_FAULTS: readonly DescriptionFault[] = [
  {
    name: 'a PARTITION with a fault',
    file: 'machdb/20-classes.db',
    from: '(b 512M swap)',
    to: '(b 512Q swap)',
    says: [/20-classes\.db:12:\d+: error: '512Q' is not a size/],
  },
  {
    name: 'a package that does not exist',
    file: 'machdb/20-classes.db',
    from: 'PACKAGES=base motd ssh',
    to: 'PACKAGES=base mtod',
    says: [/20-classes\.db:\d+: error: PACKAGES names 'mtod', but the site has no packages\/mtod/],
  },
  {
    name: 'a reference to a variable that does not exist',
    file: 'machdb/10-network.db',
    from: '${HOSTNAME}',
    to: '${HOSTNAM}',
    says: [
      /10-network\.db:11: error: lab01 \(and 5 more\): FQDN refers to \$\{HOSTNAM\}, which is not set/,
      /did you mean HOSTNAME\?/,
    ],
  },
  {
    name: 'two machines with one MAC address',
    file: 'machdb/30-machines.db',
    from: '52:54:00:77:00:02',
    to: '52-54-00-77-00-01',
    says: [/30-machines\.db:4: error: lab02 has the MAC address 52:54:00:77:00:01 of lab01 \(.*25-demo\.db:8\)/],
  },
];

const TEMPLATE_FAULT: DescriptionFault = {
  name: 'a variable of a template that does not exist',
  file: 'machdb/10-network.db',
  from: 'PRINTER=printer-a',
  to: 'PRINTR=printer-a',
  says: [/motd: etc\/motd: error: ##PRINTER## stands inside a line, but the machine's record does not define PRINTER/],
};

suite('a description with a fault', () => {
  for (const fault of DATABASE_FAULTS) {
    test(`${fault.name}: machdb check, plan and serve refuse it`, async () => {
      await using stack = new AsyncDisposableStack();
      const site = await makeSmallSite(stack);
      await site.edit(fault.file, fault.from, fault.to);
      const before = await treeFingerprint(site.siteDir);
      assertRefused(await site.run('machdb', 'check'), fault.says);
      assertRefused(await plan(site), [...fault.says, /try: machdb check --site /]);
      assertRefused(await site.run('gutinteg', 'serve', '--user', 'root', '--state', site.stateDir), fault.says);
      assert.equal(await treeFingerprint(site.siteDir), before, 'the site is as it was');
    });
  }

  test(`${TEMPLATE_FAULT.name}: plan refuses it`, async () => {
    await using stack = new AsyncDisposableStack();
    const site = await makeSmallSite(stack);
    await site.edit(TEMPLATE_FAULT.file, TEMPLATE_FAULT.from, TEMPLATE_FAULT.to);
    assertRefused(await plan(site), [/planning the installation of lab01/, ...TEMPLATE_FAULT.says]);
  });

  test('an image that was never built: plan refuses it and says how to build it', async () => {
    await using stack = new AsyncDisposableStack();
    const site = await makeSmallSite(stack);
    await rm(join(site.stateDir, 'store/names', IMAGE));
    assertRefused(await plan(site), [
      /lab01 needs the OS package debian-12-amd64, which is not in the package store/,
      /try: gutinteg prepare --site /,
    ]);
  });
});

suite('disks that do not fit the description', () => {
  test('too small: plan refuses it and names the disk by its serial number', async () => {
    await using stack = new AsyncDisposableStack();
    const site = await makeSmallSite(stack);
    assertRefused(await plan(site, [disk({ serial: 'WD-4711', sizeBytes: 2 * GiB })]), [/serial WD-4711/, /2\.00 GiB/]);
  });

  test('in use by something else: the plan is printed, says what is lost, and exit code 3 warns', async () => {
    await using stack = new AsyncDisposableStack();
    const site = await makeSmallSite(stack);
    const empty = await plan(site);
    assert.equal(empty.exitCode, 0, empty.stderr);
    const old = { number: 1, path: '/dev/vda1', startSector: 2048, sizeSectors: 4_000_000, type: '83', fsType: 'xfs' };
    const used = disk({
      serial: 'WD-4711',
      table: { kind: 'dos' },
      partitions: [{ ...old, mountpoints: [], holders: [] }],
    });
    const result = await plan(site, [used]);
    assert.equal(result.exitCode, 3, result.stderr);
    assert.match(result.stdout, /serial WD-4711/);
    assert.match(result.stdout, /DELETE.*\/dev\/vda1.*xfs|\/dev\/vda1.*xfs.*DELETE/);
  });
});

suite('arming', () => {
  /** Faults that come up while the server runs; each undoes itself. */
  const faults: readonly {
    name: string;
    says: readonly RegExp[];
    make: (site: SmallSite) => Promise<() => Promise<void>>;
  }[] = [
    ...[...DATABASE_FAULTS, TEMPLATE_FAULT].map(({ name, says, file, from, to }) => ({
      name,
      says,
      make: async (site: SmallSite) => site.edit(file, from, to),
    })),
    {
      name: 'an image that was never built',
      says: [/lab01 needs the OS package debian-12-amd64/, /try: gutinteg prepare --site /],
      make: async (site) => {
        const file = join(site.stateDir, 'store/names', IMAGE);
        const digest = await readFile(file);
        await rm(file);
        return async () => writeFile(file, digest);
      },
    },
    {
      name: 'an image pack with a wrong hash',
      says: [
        /debian-12-amd64: error: fetching packs\/([0-9a-f]{64}): wrong bytes: expected SHA-256 \1, found (?!\1)[0-9a-f]{64}/,
        /remove .*\/packs\/[0-9a-f]{64}, then/,
      ],
      make: async (site) => (await damagePack(site.stateDir, IMAGE)).undo,
    },
  ];

  test('is refused for every fault, and possible again once it is mended', { timeout: LIMIT_MS }, async () => {
    await using stack = new AsyncDisposableStack();
    const site = await makeSmallSite(stack);
    const namespace = await createNamespace({ label: 'faults', address: '10.77.0.1/24' });
    stack.defer(namespace.remove);
    const server = await startServer({
      ...site,
      namespace,
      user: 'root',
      logFile: join(site.stateDir, 'server.log'),
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    stack.defer(server.stop);
    const arm = async () => site.run('gutinteg', 'arm', 'lab01', '--state', site.stateDir);
    for (const { name, says, make } of faults) {
      const undo = await make(site);
      const result = await arm();
      assert.equal(result.exitCode, 2, `${name}: ${result.stdout}${result.stderr}`);
      for (const pattern of says) assert.match(result.stderr, pattern, name);
      const { machines } = await server.control.all();
      assert.deepEqual(
        machines.filter(({ state }) => state !== 'unknown'),
        [],
        name,
      );
      await undo();
    }
    const armed = await arm();
    assert.deepEqual([armed.exitCode, armed.stderr], [0, '']);
  });
});
