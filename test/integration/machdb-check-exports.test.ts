// What `machdb check` passes, in the hands of the programs that exports are for.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as fc from 'fast-check';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv } from '../../lib/run-command.ts';
import { checkMachdb } from '../../machdb/check.ts';
import { parseMachdb } from '../../machdb/parse.ts';
import { exportAll, randomHosts } from '../../machdb/testing/random-hosts.ts';
import { howMany } from '../helpers/how-many.ts';
import { unpackedPackage } from '../helpers/unpacked-package.ts';

let dir: string;
let kea: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'machdb-check-exports-'));
  kea = join(await unpackedPackage('kea-dhcp4-server', 'kea-common'), 'usr/sbin/kea-dhcp4');
});
after(() => rm(dir, { recursive: true }));

// To see a failure again: SEED=… bin/node --test test/integration/machdb-check-exports.test.ts
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
process.stdout.write(`# SEED=${seed}\n`);

function isSound(text: string): boolean {
  return checkMachdb(parseMachdb([{ path: 'x.db', text }]), [], { warnings: false }).length === 0;
}

/** The command that judges a document; undefined for what no program checks beforehand. */
function judgeOf(format: string, file: string, zone = ''): Argv | undefined {
  if (format === 'dns' || format === 'reverse-dns') return ['named-checkzone', '-i', 'local', '-k', 'fail', zone, file];
  if (format === 'dnsmasq') return ['dnsmasq', '--test', `--conf-file=${file}`];
  return format === 'kea' ? [kea, '-t', file] : undefined;
}

// A tenth of the random ones are sound, and a third of these have zones.
const WITH_ZONES =
  'z:\nZONE=x.example 0.0.10.in-addr.arpa 64/26.1.0.10.in-addr.arpa\nNS=ns.o.example\n' +
  'one:\nIP=10.0.0.5\nDOMAIN=x.example\ntwo:\nIP=10.0.1.70\nDOMAIN=x.example\n';

test('named-checkzone, dnsmasq and Kea take every export of what check passes', async () => {
  const random = fc.sample(randomHosts, { numRuns: howMany({ few: 60, all: 2000 }), seed });
  const databases = [WITH_ZONES, ...random.filter(isSound)];
  const judged = new Set<string>();
  for (const database of databases) {
    for (const { format, zone, text } of exportAll(database)) {
      const file = join(dir, format);
      const judge = judgeOf(format, file, zone);
      if (judge === undefined) continue;
      await writeFile(file, text);
      const { stdout, stderr } = await runCommand(judge);
      assert.doesNotMatch(stdout + stderr, /ERROR|WARN|warning|ignoring/i, `${database}\n${text}`);
      judged.add(format);
    }
  }
  assert.deepEqual([...judged].toSorted(), ['dns', 'dnsmasq', 'kea', 'reverse-dns']);
});
