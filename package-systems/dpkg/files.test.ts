import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer } from '../recorded-answer.ts';
import { files } from './files.ts';

// dpkg 1.21.22, as an ordinary user.
const LISTED = `/.
/etc
/etc/lab two.conf
/etc/lab.conf
/usr/bin/lab
/usr/bin/lab (1)
/usr/share/lab-conf/version
locally diverted to: /usr/share/lab-conf/version.distrib
/usr/share/lab-conf/old
diverted by lab-other to: /usr/share/lab-conf/old.lab
/usr/share/lab-conf/link
`;
const VERIFIED = `??5?????? c /etc/lab two.conf
missing   c /etc/lab.conf
?????????   /usr/bin/lab
missing     /usr/bin/lab (1) (Permission denied)
??5??????   /usr/share/lab-conf/old
`;
const SUMS = `2542b79651fab56d0ebfff75a0fdf7be  usr/share/lab-conf/version
2542b79651fab56d0ebfff75a0fdf7be  usr/share/lab-conf/old
3e2b31c72181b87149ff995e7202c0e3  usr/bin/lab
`;
const CONFFILES = ` /etc/lab.conf d5e29449b9e66d5b4bb0d6ce48fbbcb1
 /etc/lab two.conf 3b5d5c3712955042212316173ccf37be
 /etc/gone.conf 3b5d5c3712955042212316173ccf37be obsolete
`;

test('the state of each file, where it really is', () => {
  const found = answer(files('lab-conf'), [LISTED, { exitCode: 1, stdout: VERIFIED }, SUMS, CONFFILES]);
  assert.deepEqual(
    found.map(({ path, isConfiguration, status, differs }) => [path, isConfiguration, status, ...differs].join(' ')),
    [
      '/etc false unchecked',
      '/etc/lab two.conf true changed contents',
      '/etc/lab.conf true missing',
      '/usr/bin/lab false unknown',
      '/usr/bin/lab (1) false unknown',
      '/usr/share/lab-conf/version.distrib false ok',
      '/usr/share/lab-conf/old.lab false changed contents',
      '/usr/share/lab-conf/link false unchecked',
    ],
  );
});

for (const name of ['', '-rf', '--help', '*', 'a b', 'a/b', 'a\nb', 'ä', 'x'.repeat(300), '${Version}']) {
  test(`${JSON.stringify(name).slice(0, 20)} is not the name of a package`, () => {
    assert.throws(() => files(name), { message: /is not the name of a package$/, exitCode: 2 });
  });
}
