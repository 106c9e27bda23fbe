import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AllAnswer, StatusAnswer } from '../../contract/control.ts';
import { renderAll, renderStatus } from './status-text.ts';

const START = Date.UTC(2026, 10, 20, 12, 0, 0);
const STATUS: StatusAnswer = {
  name: 'q-bert',
  machineId: '5e9ad2f0-6f0e-4b6e-9c55-0d3f3a6c0f11',
  macs: ['52:54:00:12:34:56'],
  state: 'installing',
  reason: null,
  attempts: 1,
  attemptsAllowed: 3,
  lastStep: 'unpack',
  changedAtMs: START,
  initData: [],
  knownEmpty: [],
  waitingFor: 'the installer to finish',
  lastReport: null,
  timeline: [
    { source: 'dhcp', key: 'a', text: 'DHCPDISCOVER from iPXE', atMs: START, lastAtMs: START, count: 1 },
    {
      source: 'installer',
      key: 'b',
      text: 'unpack: 3 %\u001b[2J',
      atMs: START + 61_500,
      lastAtMs: START + 63_000,
      count: 3,
    },
  ],
};

const database = { machines: 6, readAtMs: START, version: 1, reading: false, fault: null };

test('one machine', () => {
  assert.equal(
    renderStatus(STATUS),
    `q-bert: installing (attempt 1 of 3) since 2026-11-20 12:00:00 UTC
  now: unpack; last heard of at 2026-11-20 12:01:03 UTC
  waiting for: the installer to finish
  machine id: 5e9ad2f0-6f0e-4b6e-9c55-0d3f3a6c0f11, MAC 52:54:00:12:34:56

timeline from 2026-11-20 12:00:00 UTC:
     0.0 s  dhcp       DHCPDISCOVER from iPXE
    61.5 s  installer  unpack: 3 % [2J (3 times, last at 2026-11-20 12:01:03 UTC)
`,
  );
});

test('what an arming allows besides an installation', () => {
  const lines = renderStatus({ ...STATUS, initData: ['h'] }).split('\n');
  assert.equal(lines[lines.indexOf('  waiting for: the installer to finish') + 1], '  may create data partition h');
  assert.match(renderStatus({ ...STATUS, knownEmpty: ['A', 'B'] }), /what no tool can read on disks A, B/);
});

const state: AllAnswer['state'] = { fault: null, lost: 0, linesLeftOut: 0, logLeftOut: 0, packetsDropped: 0 };

test('all machines', () => {
  const { timeline: _timeline, lastReport: _lastReport, ...summary } = STATUS;
  const failed = { ...summary, name: 'pacman', state: 'failed' as const, reason: 'no disk fits' };
  assert.equal(
    renderAll({
      machines: [summary, failed],
      unknown: [{ mac: '02:00:00:00:00:01', lastAtMs: START }],
      database,
      state,
    }),
    `MACHINE  STATE                        SINCE                    REASON
q-bert   installing (attempt 1 of 3)  2026-11-20 12:00:00 UTC
pacman   failed                       2026-11-20 12:00:00 UTC  no disk fits

network cards that were seen and are in no record (MAC, last seen):
  02:00:00:00:00:01  2026-11-20 12:00:00 UTC

machine database: 6 machines, read 2026-11-20 12:00:00 UTC
`,
  );
});

test('nothing yet', () => {
  assert.equal(
    renderAll({ machines: [], unknown: [], database: { ...database, reading: true }, state }),
    `no machine has been seen or armed yet

machine database: 6 machines, read 2026-11-20 12:00:00 UTC; it has changed and is being read
`,
  );
});

test('a database that is not sound now', () => {
  const fault = { sinceMs: START, message: 'reading it: 1 fault\na.db:1: \u001b[2J', hint: 'machdb check' };
  assert.equal(
    renderAll({ machines: [], unknown: [], database: { ...database, fault }, state }),
    `no machine has been seen or armed yet

MACHINE DATABASE: not sound since 2026-11-20 12:00:00 UTC; the last sound version is in force (6 machines, read 2026-11-20 12:00:00 UTC)
  reading it: 1 fault
  a.db:1:  [2J
  try: machdb check
`,
  );
});

test('a server that cannot record what happens, and what is missing since its start', () => {
  const fault = { sinceMs: START, message: 'netboot.db cannot be written\u001b[2J', hint: 'df -h' };
  const text = renderAll({
    machines: [],
    unknown: [],
    database,
    state: { ...state, fault, lost: 7, packetsDropped: 9 },
  });
  assert.equal(
    text.split('\n').slice(3).join('\n'),
    `SERVER STATE: not recorded since 2026-11-20 12:00:00 UTC; DHCP, kernel and packs go on, nothing is installed
  netboot.db cannot be written [2J
  try: df -h
since the server started:
  7 things could not be recorded
  9 DHCP packets of strangers were dropped, as there were too many
`,
  );
});

test('a machine whose last report names host keys: those that are some, by their fingerprints', () => {
  const report = { run: 'partial', generation: 'a'.repeat(64), bootId: 'b', ok: true, seconds: 1 } as const;
  const rest = { changes: [], changedTotal: 0, errors: [], notices: [] };
  const hostKeys = [
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJkqdb3aSmsQgAaJ0vH9W87XIUoA4rGvgdnyKvP6lGg',
    'rubbish\u001b[2J',
  ];
  const text = renderStatus({ ...STATUS, lastReport: { atMs: START, report: { ...report, ...rest, hostKeys } } });
  assert.deepEqual(text.match(/host key.*/g), [
    'host key: ssh-ed25519 SHA256:8S3L/Hi0yZQqL1Xer1PENIzgU5z9mzoel1iJMNRAD0E',
  ]);
});
