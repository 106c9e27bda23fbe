import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer } from '../recorded-answer.ts';
import { candidates } from './candidates.ts';

// apt 2.6.2 of Debian 12, as an ordinary user.
const UPGRADABLE = `Listing...
ca-certificates/oldstable-security 20250419~deb12u2 all [upgradable from: 20230311+deb12u1]
lab-base/stable 1.1-1 all [upgradable from: 1.0-1]
lab-held/stable 1.1-1 all [upgradable from: 1.0-1]
lab-kept/stable-security 1.1-1 all [upgradable from: 1.0-1]
lab-lib/stable 1:2.0-1 amd64 [upgradable from: 1:2.0~rc1-1]
lab-lib/stable 1:2.0-1 i386 [upgradable from: 1:2.0~rc1-1]
lab-phased/stable 1.1-1 all [upgradable from: 1.0-1]
liblcms2-2/oldstable,oldstable-security 2.14-2+deb12u1 amd64 [upgradable from: 2.14-2]
`;
const UPGRADE = `NOTE: This is only a simulation!
      apt-get needs root privileges for real execution.
      Keep also in mind that locking is deactivated,
      so don't depend on the relevance to the real current situation!
Reading package lists...
Building dependency tree...
Reading state information...
Calculating upgrade...
The following NEW packages will be installed:
  lab-new
The following packages have been kept back:
  lab-held lab-kept lab-phased
The following packages will be upgraded:
  ca-certificates lab-base lab-lib lab-lib:i386 liblcms2-2
5 upgraded, 1 newly installed, 0 to remove and 3 not upgraded.
Inst ca-certificates [20230311+deb12u1] (20250419~deb12u2 Debian-Security:12/oldstable-security [all])
Inst lab-base [1.0-1] (1.1-1 Lab:stable [all])
Inst lab-new (1 Lab:stable [all])
Inst lab-lib [1:2.0~rc1-1] (1:2.0-1 Lab:stable [amd64]) [lab-lib:amd64 on lab-lib:i386] [lab-lib:i386 on lab-lib:amd64] [lab-lib:i386 ]
Inst lab-lib:i386 [1:2.0~rc1-1] (1:2.0-1 Lab:stable [i386])
Inst liblcms2-2 [2.14-2] (2.14-2+deb12u1 Debian:12.15/oldstable, Debian-Security:12/oldstable-security [amd64])
Conf lab-base (1.1-1 Lab:stable [all])
`;
const WITH_PHASED = `${UPGRADE}Inst lab-phased [1.0-1] (1.1-1 Lab:stable [all])\n`;
const WANTED = `ca-certificates	all	install
lab-base	all	install
lab-held	all	hold
lab-kept	all	install
lab-lib	amd64	install
lab-lib	i386	install
lab-phased	all	install
liblcms2-2	amd64	install
`;

test('what an upgrade brings, and why it leaves out the others', () => {
  assert.deepEqual(answer(candidates, [UPGRADABLE, UPGRADE, WANTED, WITH_PHASED]), [
    {
      name: 'ca-certificates',
      arch: 'all',
      version: '20250419~deb12u2',
      flags: ['security'],
      origin: 'Debian-Security:12/oldstable-security',
    },
    { name: 'lab-base', arch: 'all', version: '1.1-1', flags: [], origin: 'Lab:stable' },
    { name: 'lab-held', arch: 'all', version: '1.1-1', flags: ['held'], origin: 'stable' },
    { name: 'lab-kept', arch: 'all', version: '1.1-1', flags: ['kept-back', 'security'], origin: 'stable-security' },
    { name: 'lab-lib', arch: 'amd64', version: '1:2.0-1', flags: [], origin: 'Lab:stable' },
    { name: 'lab-lib', arch: 'i386', version: '1:2.0-1', flags: [], origin: 'Lab:stable' },
    { name: 'lab-phased', arch: 'all', version: '1.1-1', flags: ['phased'], origin: 'Lab:stable' },
    {
      name: 'liblcms2-2',
      arch: 'amd64',
      version: '2.14-2+deb12u1',
      flags: ['security'],
      origin: 'Debian:12.15/oldstable, Debian-Security:12/oldstable-security',
    },
  ]);
});

test('while dependencies are broken, nothing is brought, and nothing is up to date', () => {
  const refused = {
    exitCode: 100,
    stdout: `Reading package lists...
Building dependency tree...
Reading state information...
You might want to run 'apt --fix-broken install' to correct these.
The following packages have unmet dependencies:
 lab-conf : Depends: lab-base but it is not installed
`,
    stderr: "E: Unmet dependencies. Try 'apt --fix-broken install' with no packages (or specify a solution).\n",
  };
  const found = answer(candidates, [UPGRADABLE, refused, WANTED, refused]);
  assert.deepEqual(
    found.map(({ flags }) => flags.filter((flag) => flag !== 'security').join()),
    ['kept-back', 'kept-back', 'held', 'kept-back', 'kept-back', 'kept-back', 'kept-back', 'kept-back'],
  );
});

test('a repository without a Release file, and nothing to upgrade', () => {
  const local = 'lab/unknown 2 all [upgradable from: 1]\n';
  const found = answer(candidates, [local, 'Inst lab [1] (2 localhost [all])\n', 'lab\tall\tinstall\n']);
  assert.deepEqual(found, [{ name: 'lab', arch: 'all', version: '2', flags: [], origin: 'localhost' }]);
  assert.deepEqual(answer(candidates, ['Listing...\n', '', '']), []);
});

for (const { what, wanted, further } of [
  { what: 'is not held', wanted: WANTED, further: 1 },
  { what: 'is held', wanted: WANTED.replaceAll(/(lab-(?:kept|phased)\tall\t)install/g, '$1hold'), further: 0 },
]) {
  test(`what is left out and ${what}: ${further} further simulations`, () => {
    const results = [UPGRADABLE, UPGRADE, wanted].map((stdout) => ({ exitCode: 0, stdout, stderr: '' }));
    assert.equal(candidates.further?.(results).length, further);
  });
}
