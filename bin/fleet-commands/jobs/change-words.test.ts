import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { actionSchema } from '../../../contract/fleet/jobs/action.ts';
import { addFleetChangeCommands } from './add-change-commands.ts';
import { changeWords } from './change-words.ts';

const jq = [{ name: 'jq', version: '1.6' }];

test('each word stands for an action that the contract knows, as it is', () => {
  for (const { name, packages, toAction } of changeWords) {
    const action = toAction(packages === 'none' ? [] : jq, {});
    assert.deepEqual(actionSchema.parse(action), action, name);
  }
});

test('options say what is to be done, and nothing else does', () => {
  const word = (wanted: string) => changeWords.find(({ name }) => name === wanted)?.toAction ?? assert.fail(wanted);
  const upgrade = { do: 'upgrade', security: false, except: [] };
  assert.deepEqual(word('upgrade')([], {}), upgrade);
  assert.deepEqual(word('upgrade')([], { security: true, except: ['jq'] }), {
    ...upgrade,
    security: true,
    except: ['jq'],
  });
  assert.deepEqual(word('remove')(jq, { purge: true }), { do: 'remove', packages: jq, purge: true });
  assert.deepEqual(word('reboot')([], {}), { do: 'reboot', ifNeeded: true });
  assert.deepEqual(word('reboot')([], { always: true }), { do: 'reboot', ifNeeded: false });
});

const refused: readonly (readonly [why: string, words: readonly string[]])[] = [
  ['no package', ['install']],
  ['a pattern', ['remove', 'lib*']],
  ['a version to hold', ['hold', 'jq=1.6']],
  ['none to go back to', ['downgrade', 'jq']],
  ['a package where none is taken', ['update', 'jq']],
  ['a share that is none', ['upgrade', '--answered', '110']],
];

test('what cannot be meant is refused before any server is asked', () => {
  for (const [why, words] of refused) {
    const fleet = new Command('fleet');
    addFleetChangeCommands(fleet);
    for (const command of fleet.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
    assert.throws(() => fleet.exitOverride().parse(words, { from: 'user' }), { name: 'CommanderError' }, why);
  }
});
