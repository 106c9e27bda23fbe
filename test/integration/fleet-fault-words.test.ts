// Faults of hosts and their servers, as whoever looks after them reads of them: what has happened, and what to do. The server, its
// commands and the agent are programs.
import assert from 'node:assert/strict';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { makeFleetProgram } from '../helpers/fleet-program.ts';

/** A program sees another time; what it waits for takes as long as ever. No program of faketime stands in between. */
const at = (offset: string): string[] => [
  'env',
  'FAKETIME_DONT_FAKE_MONOTONIC=1',
  // `$LIB` is ld.so(8)'s.
  'LD_PRELOAD=/usr/$LIB/faketime/libfaketime.so.1',
  `FAKETIME=${offset}`,
];

test('a certificate that has ended is told by the server, its commands and every host, and a renewal mends it', async () => {
  await using stack = new AsyncDisposableStack();
  const fleet = await makeFleetProgram(stack, { days: 90 });
  const host = fleet.addHost('web1');
  assert.equal((await host.enrol(await fleet.makeToken())).code, 0);
  // A certificate of ten days that was made twenty days ago; the server that runs takes it up at its start.
  await fleet.makeCertificate(10, at('-20d'));
  await fleet.kill();
  await fleet.start();
  const ended = await host.run(['check-in']);
  assert.match(
    ended.said,
    /^certificate: the server's certificate has expired on \d{4}-\d\d-\d\d, and this host's clock says \d{4}-\d\d-\d\d; try: date, whether this host's clock is right; if it is, gutinteg fleet tls on the server renews/,
  );
  assert.equal(ended.code, 1);
  assert.match((await host.run(['status'])).said, /^last try .*: certificate: the server's certificate has expired/m);
  const { said } = await fleet.cli(['status']);
  assert.match(
    said,
    /^WARNING: the certificate has expired on \d{4}-\d\d-\d\d: no host accepts it any more; gutinteg fleet tls renews it$/m,
  );
  await fleet.makeCertificate(90);
  await fleet.kill();
  await fleet.start();
  assert.equal((await host.run(['check-in'])).code, 0, 'the key is the same, so the pin holds');
  assert.doesNotMatch((await fleet.cli(['status'])).said, /WARNING/);
});

const clocks: readonly [offset: string, finding: string][] = [
  ['+1d', 'its clock is 24 hours ahead'],
  ['-1d', 'its clock is 24 hours behind'],
];

test("a host's clock that is a day off keeps it from nothing, and is told", async () => {
  await using stack = new AsyncDisposableStack();
  const fleet = await makeFleetProgram(stack, { days: 90 });
  const host = fleet.addHost('web1');
  assert.equal((await host.enrol(await fleet.makeToken())).code, 0);
  for (const [offset, finding] of clocks) {
    const off = fleet.hostAt('web1', { under: at(offset) });
    assert.equal((await off.run(['check-in'])).code, 0);
    const row = (await fleet.cli(['hosts'])).said.split('\n')[1] ?? '';
    assert.ok(row.endsWith(`  ${finding}`), row);
    assert.match((await fleet.cli(['status'])).said, /^0 {2}up to date\n1 {2}with a failed check/m);
  }
  const right = await host.run(['check-in']);
  assert.match(right.said, /^next check-in in \d+ min$/m);
  assert.match((await fleet.cli(['hosts'])).said, /up to date$/m);
  // A host that was enrolled with a clock before the certificate's beginning, as one without a battery is.
  const young = fleet.addHost('web2', { under: at('-400d') });
  assert.equal((await young.enrol(await fleet.makeToken())).code, 0);
});

test('a server whose clock was a day ahead says so of hosts that came meanwhile, until they come again', async () => {
  await using stack = new AsyncDisposableStack();
  const fleet = await makeFleetProgram(stack, { days: 90, under: at('+1d') });
  const host = fleet.addHost('web1');
  assert.equal((await host.enrol(await fleet.makeToken())).code, 0);
  await fleet.kill();
  assert.equal(await fleet.tryStart([]), undefined);
  assert.match(
    (await fleet.cli(['hosts'])).said,
    / {2}last seen at a time that is still to come \(.* UTC\), as this server's clock was ahead$/m,
  );
  assert.match(
    (await fleet.cli(['status'])).said,
    /^WARNING: the certificate is valid from .* on, and this computer's clock says /m,
  );
  assert.equal((await host.run(['check-in'])).code, 0);
  assert.match((await fleet.cli(['hosts'])).said, /up to date$/m);
});

test('a copied host is quarantined with its copy, and both get out by what they are told', async () => {
  await using stack = new AsyncDisposableStack();
  const fleet = await makeFleetProgram(stack, { days: 90 });
  const token = await fleet.makeToken();
  const host = fleet.addHost('web1');
  assert.equal((await host.enrol(token)).code, 0);
  const copy = fleet.copyHost(host, 'web2');
  assert.equal((await host.run(['check-in'])).code, 0);
  const why =
    'two machines use its identity, or it was set back to an earlier state: the one that came from 127.0.0.1 repeated exchange 2, when 3 was due';
  for (const machine of [copy, host]) {
    const { code, said } = await machine.run(['check-in']);
    assert.equal(
      said.split('\n')[0],
      `quarantined: this host is quarantined: ${why}. gutinteg fleet release lets the right one in; a copy gets an identity of its own: gutinteg-fleet enrol --new-key`,
    );
    assert.equal(code, 1);
  }
  const hosts = (await fleet.cli(['hosts'])).said;
  assert.ok(hosts.includes(`  ${why}\n`), hosts);
  const show = (await fleet.cli(['show', 'web1'])).said;
  assert.ok(show.startsWith(`web1: quarantined, ${why}\n`), show);
  assert.ok(
    show.includes(
      '  to do:      on the copy: gutinteg-fleet enrol --new-key; then gutinteg fleet release web1: the first of them that comes is web1\n',
    ),
    show,
  );
  assert.match(
    (await fleet.cli(['status'])).said,
    /^1 {2}quarantined: two machines had one identity \(gutinteg fleet hosts --only quarantined\)$/m,
  );
  const anew = await copy.run(['enrol', '--new-key', '--token-stdin'], token);
  // It still has the name of the first.
  assert.match(
    anew.said,
    /waiting: this host waits to be let in \(gutinteg fleet approve \S+\): the name web1 is that of host/,
  );
  const copyId = copy.id();
  const waits = (await fleet.cli(['show', copyId])).said;
  assert.ok(waits.includes(`gutinteg fleet rename ${copyId} NAME, then gutinteg fleet approve ${copyId}\n`), waits);
  assert.equal((await fleet.cli(['rename', copyId, 'web2'])).code, 0);
  assert.equal((await fleet.cli(['approve', copyId])).code, 0);
  assert.equal((await fleet.cli(['release', 'web1'])).code, 0);
  assert.equal((await host.run(['check-in'])).code, 0);
  assert.equal((await copy.run(['check-in'])).code, 0);
  assert.match((await fleet.cli(['hosts'])).said, /^web1 .* up to date\nweb2 .* up to date$/m);
});

const oddNames: readonly string[] = ['web_1', 'web 1', '-web', 'weß', 'a\u202Eb', '\u001B[31mred', 'a'.repeat(254)];

test('a name that no fleet can use is refused where it is given, with what it may be', async () => {
  await using stack = new AsyncDisposableStack();
  const fleet = await makeFleetProgram(stack, { days: 90 });
  const host = fleet.addHost('odd');
  const place = ['--server', fleet.url(), '--certificate', fleet.certificate];
  for (const name of oddNames) {
    const { code, said } = await host.run(['enrol', ...place, `--name=${name}`]);
    assert.match(said, /^name: error: (?:is no name of a host: it has letters and digits|Too big)/m);
    assert.doesNotMatch(said, /(?!\n)[\p{Cc}\p{Cf}]/u);
    assert.equal(code, 2);
  }
  // Without --name, the system's own.
  const named = fleet.hostAt('odd', {
    under: ['unshare', '--uts', 'sh', '-c', 'echo web_1 >/proc/sys/kernel/hostname; exec "$@"', 'sh'],
  });
  const { code, said } = await named.run(['enrol', ...place]);
  assert.match(
    said,
    /^failed: this host is called "web_1", which is no name of a host: it has letters and digits, and between them dots and hyphens; try: gutinteg-fleet enrol --server URL --name NAME gives/m,
  );
  assert.equal(code, 1);
  const shown = await fleet.cli(['show', 'web_1']);
  assert.match(shown.said, /is no host's name \(letters and digits, and between them dots and hyphens\), and no id/);
  assert.equal(shown.code, 2);
});

test('a damaged note of the server says what to do, and that keeps the key', async () => {
  await using stack = new AsyncDisposableStack();
  const fleet = await makeFleetProgram(stack, { days: 90 });
  const host = fleet.addHost('web1');
  assert.equal((await host.enrol(await fleet.makeToken())).code, 0);
  const [id, file] = [host.id(), join(host.state, 'server.json')];
  const spoil: readonly (() => void)[] = [
    () => truncateSync(file, 0),
    () => truncateSync(file, 20),
    () => writeFileSync(file, 'null'),
    () => writeFileSync(file, '{"url": "http://fleet.example"}'),
  ];
  for (const damage of spoil) {
    assert.equal((await host.enrol(undefined)).code, 0);
    damage();
    for (const words of [['check-in'], ['status']]) {
      const { code, said } = await host.run(words);
      assert.match(
        said,
        /server\.json[^]*\nso it is not known which server this host reports to\n {2}try: gutinteg-fleet enrol --server URL/,
      );
      assert.equal(code, 2);
    }
  }
  rmSync(file);
  assert.match(
    (await host.run(['check-in'])).said,
    /^this host belongs to no fleet yet\n {2}try: gutinteg-fleet enrol --server/,
  );
  assert.equal((await host.enrol(undefined)).code, 0);
  assert.equal(host.id(), id);
});

test('a host whose disk is full reports, and both ends say that it is full', async () => {
  await using stack = new AsyncDisposableStack();
  const fleet = await makeFleetProgram(stack, { days: 90 });
  const host = fleet.addHost('web1');
  await runCommand(['mount', '-t', 'tmpfs', '-o', 'size=200k,mode=700', 'full', host.state]);
  stack.defer(async () => void (await runCommand(['umount', '--lazy', host.state])));
  assert.equal((await host.enrol(await fleet.makeToken())).code, 0);
  const filler = join(host.state, 'filler');
  assert.throws(() => {
    for (;;) writeFileSync(filler, Buffer.alloc(1024), { flag: 'a' });
  }, /ENOSPC/);
  assert.equal((await host.run(['check-in'])).code, 0);
  const told = 'the disk: is full: less than 64 kB are free for the state of gutinteg-fleet';
  assert.ok((await fleet.cli(['hosts'])).said.endsWith(`  ${told}\n`));
  assert.match((await fleet.cli(['show', 'web1'])).said, new RegExp(`^ {2}troubles:\n {4}${told}$`, 'm'));
  assert.match((await fleet.cli(['status'])).said, /^1 {2}with a failed check/m);
  assert.match((await host.run(['status'])).said, /^disk {6}is full: how later tries went is not noted here/m);
  rmSync(filler);
  assert.equal((await host.run(['check-in'])).code, 0);
  assert.match((await fleet.cli(['hosts'])).said, /up to date$/m);
  assert.doesNotMatch((await host.run(['status'])).said, /^disk/m);
});
