import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer } from '../recorded-answer.ts';
import { broken } from './broken.ts';

const FINE = 'Reading package lists...\nBuilding dependency tree...\nReading state information...\n';

for (const { state, said } of [
  { state: 'installed\tok\t1796055737', said: [] },
  { state: 'config-files\tok\t', said: [] },
  { state: 'not-installed\tok\t', said: [] },
  {
    state: 'half-configured\tok\t1796055737',
    said: ['lab:i386 is half-configured; dpkg --configure lab:i386 tries again'],
  },
  { state: 'triggers-pending\tok\t1', said: ['lab:i386 is triggers-pending; dpkg --configure lab:i386 tries again'] },
  {
    state: 'half-installed\tok\t',
    said: ['lab:i386 is half-installed; apt-get install --reinstall lab:i386 mends it'],
  },
  {
    state: 'half-installed\treinstreq\t',
    said: ['lab:i386 is half-installed and must be installed again; apt-get install --reinstall lab:i386 mends it'],
  },
  {
    state: 'installed\tok\t',
    said: ['lab:i386 has lost its list of files; apt-get install --reinstall lab:i386 mends it'],
  },
]) {
  test(`${state.replaceAll('\t', ' ')}: ${said.length === 0 ? 'well' : 'broken'}`, () => {
    assert.deepEqual(answer(broken, [`lab:i386\t${state}\n`, FINE]), said);
  });
}

test('dependencies that are not met, several of one package among them', () => {
  const check = `You might want to run 'apt --fix-broken install' to correct these.
The following packages have unmet dependencies:
 lab-conf : Depends: lab-base but it is not installed
 lab-more:i386 : Depends: lab-base (>= 2) but it is not installed or
                          lab-other but it is not installable
                 Conflicts: lab-conf
`;
  assert.deepEqual(answer(broken, ['', { exitCode: 100, stdout: FINE + check, stderr: 'E: Unmet dependencies.\n' }]), [
    'lab-conf: Depends: lab-base but it is not installed',
    'lab-more:i386: Depends: lab-base (>= 2) but it is not installed or',
    'lab-more:i386: lab-other but it is not installable',
    'lab-more:i386: Conflicts: lab-conf',
  ]);
});

test("whatever else apt stumbles over, in apt's words", () => {
  const error = 'E: The list of sources could not be read.\n';
  assert.deepEqual(answer(broken, ['', { exitCode: 100, stderr: error }]), [error.trim()]);
});
