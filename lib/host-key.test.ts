import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeHostKey, isHostKey } from './host-key.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJkqdb3aSmsQgAaJ0vH9W87XIUoA4rGvgdnyKvP6lGg';

test('a host key is a type and a key, and nothing that could mean more in known_hosts', () => {
  assert.ok(isHostKey(KEY));
  for (const text of [
    '',
    `${KEY} comment`,
    `${KEY}\n`,
    ` ${KEY}`,
    `${KEY}\n* ${KEY}`,
    KEY.slice(12),
    KEY.slice(0, -4),
  ]) {
    assert.ok(!isHostKey(text), text);
  }
});

test('its fingerprint is that of ssh-keygen', () => {
  assert.equal(describeHostKey(KEY), 'ssh-ed25519 SHA256:8S3L/Hi0yZQqL1Xer1PENIzgU5z9mzoel1iJMNRAD0E');
});
