import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveUuid } from './derive-uuid.ts';

test('the example of RFC 9562, appendix A.4: www.example.com in the namespace of DNS names', () => {
  assert.equal(
    deriveUuid('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com'),
    '2ed6657d-e927-568b-95e1-2665a8aea6a2',
  );
});

test('another machine or another name gives another UUID', () => {
  const machines = ['6ba7b810-9dad-11d1-80b4-00c04fd430c8', '6ba7b810-9dad-11d1-80b4-00c04fd430c9'];
  const names = ['disk/disk0', 'partition/disk0/a', 'filesystem/disk0/a'];
  const uuids = machines.flatMap((machine) => names.map((name) => deriveUuid(machine, name)));
  assert.equal(new Set(uuids).size, 6);
});

test('a machine id that is no UUID is a defect of the caller', () => {
  assert.throws(() => deriveUuid('lab1', 'disk/disk0'), /not a UUID/);
});
