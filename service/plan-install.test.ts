import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSettings } from './check-settings.ts';
import { planInstall, planUninstall } from './plan-install.ts';
import { noteTemporary } from './render/hidden-paths.ts';
import { seal } from './render/seal.ts';
import { renderServerUnit } from './render/server-unit.ts';
import type { ServiceSettings } from './render/server-unit.ts';

const settings: ServiceSettings = {
  siteDir: '/srv/site',
  stateDir: '/var/lib/gutinteg',
  programDir: '/opt/gutinteg',
  user: 'gutinteg',
};
const verdicts = (present: ReadonlyMap<string, string>, wanted = settings): string[] =>
  planInstall(wanted, present).map(({ verdict }) => verdict);

test('files are new, then unchanged, replaced for other settings, and left when somebody edited them', () => {
  assert.deepEqual(verdicts(new Map()), ['new', 'new', 'new', 'new']);
  const present = new Map(planInstall(settings, new Map()).map(({ path, text }) => [path, text]));
  assert.deepEqual(verdicts(present), Array(4).fill('unchanged'));
  const other = { ...settings, siteDir: '/srv/other' };
  assert.deepEqual(verdicts(present, other), ['unchanged', 'unchanged', 'replaced', 'replaced']);
  const unit = 'etc/systemd/system/gutinteg-server.service';
  present.set(unit, `${present.get(unit)}# mine\n`);
  assert.deepEqual(verdicts(present), ['unchanged', 'unchanged', 'edited', 'unchanged']);
  assert.deepEqual(planUninstall(present).edited, [unit]);
  assert.equal(planUninstall(present).remove.length, 3);
});

test('a file that others have written counts as edited', () => {
  assert.equal(verdicts(new Map([['etc/sysusers.d/gutinteg-server.conf', 'u gutinteg -\n']]))[0], 'edited');
  assert.match(seal('text\n'), /^# Written by `gutinteg service install`; .*[0-9a-f]{64}\.\ntext\n$/);
});

const HOMES = [
  { paths: {}, home: 'yes', binds: [] },
  { paths: { siteDir: '/root/site' }, home: 'tmpfs', binds: ['BindReadOnlyPaths=/root/site'] },
  { paths: { stateDir: '/home/ada/state' }, home: 'tmpfs', binds: ['BindPaths=/home/ada/state'] },
  {
    paths: { programDir: '/home/ada/gutinteg', siteDir: '/home/ada/gutinteg' },
    home: 'tmpfs',
    binds: ['BindReadOnlyPaths=/home/ada/gutinteg'],
  },
  { paths: { siteDir: '/homes/site' }, home: 'yes', binds: [] },
  {
    paths: { siteDir: '/tmp/site', stateDir: '/var/tmp/state' },
    home: 'yes',
    binds: ['BindReadOnlyPaths=/tmp/site', 'BindPaths=/var/tmp/state'],
  },
];

for (const { paths, home, binds } of HOMES) {
  test(`homes are hidden but for ${JSON.stringify(paths)}`, () => {
    const unit = renderServerUnit({ ...settings, ...paths });
    assert.equal(/^ProtectHome=(.*)$/m.exec(unit)?.[1], home);
    assert.deepEqual(unit.match(/^Bind.*$/gm) ?? [], binds);
  });
}

test('paths that a unit would take for something else, and those that it cannot see, are refused, all at once', () => {
  const wrong = { siteDir: '/srv/my site', stateDir: '/run/state', programDir: '/opt/100%', user: 'root' };
  assert.throws(
    () => checkSettings(wrong),
    (error: Error) => {
      for (const word of ['siteDir', 'stateDir', 'programDir', 'user']) assert.match(error.message, new RegExp(word));
      return true;
    },
  );
  assert.deepEqual(checkSettings(settings), settings);
  const temporary = { ...settings, siteDir: '/tmp/site' };
  assert.deepEqual(checkSettings(temporary), temporary);
  assert.match(noteTemporary(temporary).join(), /^\/tmp\/site lies where this computer deletes what is old/);
  assert.deepEqual(noteTemporary(settings), []);
  assert.doesNotThrow(() => checkSettings({ ...settings, siteDir: '/runner/site', stateDir: '/tmpfs/x' }));
});
