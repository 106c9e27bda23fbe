import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Action } from '../../contract/fleet/jobs/action.ts';
import { dpkg } from '../../package-systems/dpkg/dpkg.ts';
import type { PackageItem, PackageQuestion, PackageSystem } from '../../package-systems/package-system.ts';
import { planAction } from './plan-action.ts';

const says = <T>(answer: T): PackageQuestion<T> => ({ commands: [], parse: () => answer });
const candidate = (name: string, flags: PackageItem['flags']): PackageItem => ({
  name,
  arch: 'all',
  version: '2',
  flags,
  origin: '',
});

const system: PackageSystem = {
  ...dpkg,
  candidates: says([
    candidate('lab-safe', ['security']),
    candidate('lab-held', ['held', 'security']),
    candidate('lab-later', ['phased']),
    candidate('lab-plain', []),
  ]),
  simulate: (job) =>
    says([
      ...('packages' in job ? job.packages : []).map(({ name }) => ({ name, arch: 'all', before: '1', after: '2' })),
      { name: 'lab-needed', arch: 'all', before: '1', after: '2' },
    ]),
  rebootReasons: says([]),
};
const host = {
  system,
  scriptFile: '/nowhere',
  keptProgram: '/nowhere/program',
  keptFile: '/nowhere',
  stage: () => '',
  ask: <T>(question: PackageQuestion<T>) => Promise.resolve(question.parse([], [])),
};

const upgrade = (more: object): Action => ({ do: 'upgrade', security: false, except: [], ...more });

const cases: readonly (readonly [what: string, action: Action, words: string | undefined])[] = [
  ['all', upgrade({}), 'dist-upgrade --'],
  ['security', upgrade({ security: true }), '--only-upgrade install -- lab-safe:all=2'],
  ['all but one', upgrade({ except: ['lab-safe'] }), '--only-upgrade install -- lab-plain:all=2'],
  ['some', upgrade({ packages: [{ name: 'lab-a' }, { name: 'lab-b' }], except: ['lab-b'] }), 'install -- lab-a'],
  ['some, for security', upgrade({ security: true, packages: [{ name: 'lab-plain' }] }), undefined],
  ['a purge', { do: 'remove', purge: true, packages: [{ name: 'lab-a' }] }, 'purge -- lab-a'],
  ['a needless restart', { do: 'reboot', ifNeeded: true }, undefined],
  ['a restart', { do: 'reboot', ifNeeded: false }, 'shutdown -r now'],
];

test('what each action comes to', async () => {
  for (const [what, action, words] of cases) {
    const line = (await planAction(action, host)).commands.map(({ argv }) => argv.join(' ')).join('; ');
    assert.ok(words === undefined ? line === '' : ` ${line}`.endsWith(` ${words}`), `${what}: ${line}`);
  }
});

test('what is to stay as it is does not change as a dependency, either', async () => {
  const plan = await planAction(upgrade({ except: ['lab-needed'] }), host);
  await assert.rejects(plan.foresee?.() ?? Promise.resolve(), /would change lab-needed, which is to stay as it is/);
});

test('a hold is done when the package is held', async () => {
  const packages = [{ name: 'lab-plain' }];
  const item = candidate('lab-plain', []);
  const { check } = await planAction({ do: 'hold', packages }, host);
  assert.deepEqual(check?.([item]), ['lab-plain is not held']);
  assert.deepEqual(check?.([{ ...item, flags: ['held'] }]), []);
  const unhold = await planAction({ do: 'unhold', packages }, host);
  assert.deepEqual(unhold.check?.([{ ...item, flags: ['held'] }]), ['lab-plain is still held']);
});

test('what this version does not know is refused', () => {
  assert.throws(() => planAction({ do: 'dance' } as never, host), /is not known to this version/);
});
