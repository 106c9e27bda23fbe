import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setprivArgv } from './setpriv-argv.ts';

test('another user, two capabilities in every set, no way to more, then the program', () => {
  const kept = '-all,+net_bind_service,+net_raw';
  assert.deepEqual(setprivArgv({ uid: 997, gid: 996, isKnown: true }, ['/bin/program', '--user', 'x y']), [
    '/usr/bin/setpriv',
    '--reuid=997',
    '--regid=996',
    '--init-groups',
    `--inh-caps=${kept}`,
    `--ambient-caps=${kept}`,
    `--bounding-set=${kept}`,
    '--no-new-privs',
    '--',
    '/bin/program',
    '--user',
    'x y',
  ]);
});

test('a number without a name has no groups to be looked up', () => {
  assert.ok(setprivArgv({ uid: 10067, gid: 10067, isKnown: false }, []).includes('--clear-groups'));
});
