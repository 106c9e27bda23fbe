import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { formatSshKey, parseSshKeys } from './ssh-keys.ts';

// Made by ssh-keygen for this test; nobody has their private halves.
const ED25519 = 'AAAAC3NzaC1lZDI1NTE5AAAAIGJkqdb3aSmsQgAaJ0vH9W87XIUoA4rGvgdnyKvP6lGg';
const ECDSA =
  'AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBBdtObLnMmL4Pic9g3xoMbqcjspE+82WX9PvzqCLQC50craIcZigi8cWpfqLoUCU6uBBz+fswSwt2g/knwxKvks=';
const RSA =
  'AAAAB3NzaC1yc2EAAAADAQABAAABgQCcXkO8TN4GZAFpqDvJJPpB/ndT5BfPsbhuFKx4PqcjJ0RDXVSceA6tNCyA3AKnmFqZzJa58s8MD9n8icqlQWS65zV5GG360M7a/gx9uFB1vW+eNdBdjfwPOKJZYjbxTFuzldlu5lTVbFyXRdsaIsSV/amYQwKTyoIVnb9DQPwkaGx7cjpWJxIFy871JlC4a+iQ3XXhyFcTvAtbVitGDxnBMwsxq7MP809qAyyeoIlZyk7qFX0mgG0U6ncrop/j9D2plBw9si1MYR0VBzWzEfOHEj/yVET4w5csvjR9+XvpUIjxvucTXAQvakEs0VrurrWtzsIX8ZNLFK9w4o9n/MNLk1jqfud0Kr0H/JL2A/Qgw5kcxSIwcnd8ivT3T94UkcV2W55RCQ/6zRrzVAQdmhwOkePhOzxuso3A1+CQk50P1N2xzLOIwvoj7Kluj8krRsJ04om1RN6f9UvvnC9BtW3Tq1omc+zXHt0ryGUQwfs8mjUqEhg00Hqma89cHlcMk7s=';

suite('public keys of SSH', () => {
  const good: [string, string, string[]][] = [
    ['none', ' ', []],
    ['a line of a .pub file', `ssh-ed25519 ${ED25519} ann@desk`, [`ssh-ed25519 ${ED25519} ann@desk`]],
    [
      'comments of several words, as people write them',
      `ssh-ed25519 ${ED25519} Ann Müller (work) ssh-rsa ${RSA} bob's #2`,
      [`ssh-ed25519 ${ED25519} Ann Müller (work)`, `ssh-rsa ${RSA} bob's #2`],
    ],
    ['without a type or a comment', ED25519, [`ssh-ed25519 ${ED25519}`]],
    [
      'several, of which += has kept each word once',
      `ssh-ed25519 ${ED25519} ann@desk ssh-rsa ${RSA} ${ECDSA} bob`,
      [`ssh-ed25519 ${ED25519} ann@desk`, `ssh-rsa ${RSA}`, `ecdsa-sha2-nistp256 ${ECDSA} bob`],
    ],
  ];
  for (const [name, text, lines] of good) {
    test(name, () => {
      const { keys, problems } = parseSshKeys(text);
      assert.deepEqual(problems, []);
      assert.deepEqual(keys.map(formatSshKey), lines);
    });
  }

  const bad: [string, string, RegExp][] = [
    [
      'a private key',
      '-----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNzaC1rZXktdjEA',
      /^a private key must never stand here/,
    ],
    ['one that was cut', `ssh-rsa ${RSA.slice(0, 200)}`, /is cut off$/],
    ['one whose end is missing, in base64 that is none', `ssh-ed25519 ${ED25519.slice(0, -1)}`, /not base64/],
    [
      'a short one',
      Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x01x', 'latin1').toString('base64'),
      /not a whole ssh-ed25519/,
    ],
    ['one of a type that sshd refuses', Buffer.from('\0\0\0\x07ssh-dss', 'latin1').toString('base64'), /not accepted/],
    ['another type before it', `ssh-rsa ${ED25519}`, /is ssh-ed25519, but ssh-rsa stands before it/],
    ['an option, which would get lost', `restrict ssh-ed25519 ${ED25519}`, /'restrict' is an option/],
    ['one in the place of a comment', `${ED25519} no-pty ssh-rsa ${RSA}`, /'no-pty' is an option/],
    ['one with a value', `from="10.0.0.1" ssh-ed25519 ${ED25519}`, /is an option/],
    ['a file name', '~/.ssh/id_ed25519.pub', /is neither a public key/],
    ['a file name behind a key', `${ED25519} ann bob.pub`, /'bob.pub' is neither/],
    ['an end of a key behind another one', `${ED25519} ann ${RSA.slice(-100)}`, /is an option/],
    ['a type without a key', `${ED25519} ann ssh-rsa bob`, /'bob' is neither/],
  ];
  for (const [name, text, problem] of bad) {
    test(`${name} is refused`, () => {
      const { problems } = parseSshKeys(text);
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', problem);
      assert.doesNotMatch(problems[0] ?? '', /b3BlbnNzaC1rZXktdjEA/);
    });
  }
});
