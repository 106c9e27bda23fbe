import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAccounts } from './accounts.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJkqdb3aSmsQgAaJ0vH9W87XIUoA4rGvgdnyKvP6lGg';
const ANN = { USERS: 'ann', USER_ann_UID: '1001' };

const read = (record: Readonly<Record<string, string>>) => readAccounts((variable) => record[variable]);

test('accounts, with what is usual where nothing is said', () => {
  const more = {
    USER_bob_UID: '1002',
    USER_bob_NAME: 'Bob B.',
    USER_bob_GROUPS: 'sudo adm',
    USER_bob_SHELL: '/bin/sh',
  };
  const { accounts, problems } = read({ ...ANN, USERS: 'ann bob ann', USER_ann_KEYS: `${KEY} ann@desk`, ...more });
  assert.deepEqual(problems, []);
  assert.deepEqual(
    accounts.map(({ keys, ...rest }) => ({ ...rest, keys: keys.map(({ comment }) => comment) })),
    [
      { name: 'ann', uid: 1001, person: '', shell: '/bin/bash', groups: [], keys: ['ann@desk'] },
      { name: 'bob', uid: 1002, person: 'Bob B.', shell: '/bin/sh', groups: ['sudo', 'adm'], keys: [] },
    ],
  );
});

const bad: [string, Record<string, string>, string, RegExp][] = [
  ['a number of the system', { USER_ann_UID: '0' }, 'USER_ann_UID', /'0' is not a number from 1000 to 59999/],
  ['no number', { USER_ann_UID: '' }, 'USER_ann_UID', /is missing: a number from 1000 to 59999/],
  ['a number that is none', { USER_ann_UID: '1001:0' }, 'USER_ann_UID', /is not a number/],
  ['a number for two', { USERS: 'ann bob', USER_bob_UID: '1001' }, 'USER_bob_UID', /ann has it, too/],
  ['root', { USERS: 'root', USER_root_UID: '1000' }, 'USERS', /'root' is not a name/],
  ['a name with a slash', { USERS: '../ann', 'USER_../ann_UID': '1000' }, 'USERS', /is not a name/],
  ['a quote', { USER_ann_NAME: 'Ann "A"' }, 'USER_ann_NAME', /cannot have a quote/],
  ['a shell with an argument', { USER_ann_SHELL: '/bin/sh -c' }, 'USER_ann_SHELL', /is not an absolute path/],
  ['a group of another language', { USER_ann_GROUPS: 'a:b' }, 'USER_ann_GROUPS', /is not a group/],
  ['a key that is none', { USER_ann_KEYS: 'secret' }, 'USER_ann_KEYS', /is neither a public key/],
];
for (const [what, change, variable, message] of bad) {
  test(`${what} is refused at its variable`, () => {
    const { problems } = read({ ...ANN, ...change });
    assert.equal(problems.length, 1);
    assert.equal(problems[0]?.variable, variable);
    assert.match(problems[0].message, message);
  });
}
