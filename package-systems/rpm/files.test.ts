import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer } from '../recorded-answer.ts';
import { files } from './files.ts';

// rpm 4.18, as an ordinary user.
const LISTED = `/etc/lab.conf	cn
/usr/bin/lab	
/usr/bin/lab-a	
/usr/share/lab	
/usr/share/lab/version	
/usr/share/lab/version	
/var/log/lab.log	g
`;
const VERIFIED = `S.5......  c /etc/lab.conf
.M?......    /usr/bin/lab
..?......    /usr/bin/lab-a
missing     /usr/share/lab/version
....LUG.P    /usr/share/lab
`;

test('the state of each file', () => {
  const found = answer(files('lab'), [LISTED, { exitCode: 1, stdout: VERIFIED }]);
  assert.deepEqual(
    found.map(({ path, isConfiguration, mayBeMissing, status, differs }) =>
      [path, isConfiguration, mayBeMissing, status, ...differs].join(' '),
    ),
    [
      '/etc/lab.conf true false changed size contents',
      '/usr/bin/lab false false changed mode',
      '/usr/bin/lab-a false false unknown',
      '/usr/share/lab false false changed link owner group capabilities',
      '/usr/share/lab/version false false missing',
      '/var/log/lab.log false true ok',
    ],
  );
});
