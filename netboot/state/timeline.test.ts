import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from './database.ts';
import { addMachine, setTimeline } from './save-machines.ts';
import { createTimelines } from './timeline.ts';
import type { TimelineNote } from './plan-note.ts';

const ID = '5e9ad2f0-6f0e-4b6e-9c55-0d3f3a6c0f11';

function setUp(maxTotalBytes?: number) {
  const database = openDatabase(':memory:');
  const table = { database, now: () => 0 };
  addMachine(table, { id: ID, name: 'q-bert', macs: ['52:54:00:12:34:56'] });
  const make = () => createTimelines(database, () => 0, maxTotalBytes);
  const timelines = make();
  const fill = (source: TimelineNote['source'], count: number, text = ''): void => {
    for (let line = 0; line < count; line += 1) {
      timelines.note(ID, 1, { source, key: `${source} ${line}`, text: `${source} ${line} ${text}` });
    }
  };
  const sources = (timeline = 1) => {
    const counts: Record<string, number> = {};
    for (const { source } of timelines.entries(ID, timeline)) counts[source] = (counts[source] ?? 0) + 1;
    return counts;
  };
  return { database, table, timelines, make, fill, sources };
}

test('strangers fill their share of a timeline; its beginning stays, and DHCP and the installer still have room', () => {
  const { timelines, fill, sources } = setUp();
  timelines.note(ID, 1, { source: 'dhcp', key: 'first', text: 'the first DHCPDISCOVER' });
  fill('tftp', 3000);
  fill('http', 3000);
  fill('dhcp', 10);
  fill('installer', 10);
  assert.deepEqual(sources(), { dhcp: 11, tftp: 400, installer: 10 });
  assert.equal(timelines.entries(ID, 1)[0]?.text, 'the first DHCPDISCOVER');
  assert.equal(timelines.leftOut(), 5600);
});

test('a timeline is bounded in bytes, also after a restart, also by repetitions that grow', () => {
  const { database, timelines, make, fill } = setUp();
  const bytes = (): number =>
    Number(
      database.get('SELECT sum(length(CAST(text AS BLOB)) + length(CAST(key AS BLOB))) AS n FROM timeline')?.['n'],
    );
  fill('installer', 1000, 'x'.repeat(100_000));
  fill('http', 1000, 'y'.repeat(100_000));
  fill('dhcp', 1000, 'z'.repeat(100_000));
  const full = bytes();
  assert(full > 256 * 1024 && full < 512 * 1024, String(full));
  make().note(ID, 1, { source: 'installer', key: 'more', text: 'x'.repeat(8000) });
  for (let line = 0; line < 200; line += 1) {
    timelines.note(ID, 1, { source: 'installer', key: `grows ${line}`, text: '' });
    timelines.note(ID, 1, { source: 'installer', key: `grows ${line}`, text: 'x'.repeat(8000) });
  }
  assert(bytes() < 512 * 1024, String(bytes()));
});

test('all timelines together are bounded: former attempts go first, oldest first, then new lines', () => {
  const { table, timelines, fill, sources } = setUp(100_000);
  fill('installer', 100, 'x'.repeat(500));
  setTimeline(table, ID, 2);
  for (let line = 0; line < 200; line += 1) {
    timelines.note(ID, 2, { source: 'installer', key: `k${line}`, text: 'y'.repeat(500) });
  }
  assert.deepEqual(sources(1), {});
  const { installer = 0 } = sources(2);
  assert(installer > 140 && installer < 200, String(installer));
});

test('what strangers can cause leaves the last fifth of all timelines to installers', () => {
  const { table, timelines, fill, sources } = setUp(30_000);
  const other = addMachine(table, {
    id: '5e9ad2f0-6f0e-4b6e-9c55-0d3f3a6c0f12',
    name: 'pacman',
    macs: ['02:00:00:00:00:02'],
  });
  for (let line = 0; line < 300; line += 1) timelines.note(other.id, 1, { source: 'dhcp', key: `k${line}`, text: 'x' });
  fill('dhcp', 10);
  fill('installer', 10);
  assert.deepEqual(sources(), { installer: 10 });
});

test('what strangers write is cut to 200 bytes and cannot steer a terminal', () => {
  const { timelines } = setUp();
  timelines.note(ID, 1, { source: 'tftp', key: `k${'é'.repeat(600)}`, text: `\u001b[2J\u009b${'é'.repeat(600)}` });
  const [entry] = timelines.entries(ID, 1);
  assert(entry !== undefined && Buffer.byteLength(entry.text) <= 200 && Buffer.byteLength(entry.key) <= 100);
  assert.match(entry.text, /^ \[2J é+…$/);
});
