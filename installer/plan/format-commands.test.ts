import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportSchema } from '../../contract/report.ts';
import { formatReport } from '../nightly/format-report.ts';

const base = {
  generation: 'a'.repeat(64),
  bootId: 'b',
  seconds: 1.25,
  changes: [{ path: '/etc/ssh/sshd_config', action: 'replaced', why: 'new version in ssh' }],
  changedTotal: 1,
  notices: ['remember'],
};
const command = { argv: ['systemctl', 'reload', 'ssh'], why: '/etc/ssh/sshd_config changed (ssh)' };

test('what ran, how it ended and what it said', () => {
  const report = reportSchema.parse({
    ...base,
    run: 'partial',
    ok: false,
    commands: [
      { ...command, outcome: 'failed', ending: 'exit code 1', seconds: 0.31, output: 'no such unit\nsorry\n' },
    ],
    errors: ['systemctl reload ssh: exit code 1: sorry'],
  });
  assert.equal(
    formatReport(report, 'run'),
    `replaced /etc/ssh/sshd_config: new version in ssh
ran      systemctl reload ssh: /etc/ssh/sshd_config changed (ssh): exit code 1, 0.3 s
    no such unit
    sorry
error: systemctl reload ssh: exit code 1: sorry
note: remember
1 path changed in 1.3 s
`,
  );
});

test('what would run', () => {
  const planned = { ...command, outcome: 'planned', ending: 'not run', seconds: 0, output: '' };
  const report = reportSchema.parse({ ...base, run: 'check', ok: true, commands: [planned], errors: [], notices: [] });
  assert.equal(
    formatReport(report, 'dry-run'),
    `replaced /etc/ssh/sshd_config: new version in ssh
would run systemctl reload ssh: /etc/ssh/sshd_config changed (ssh)
1 path would change in 1.3 s
`,
  );
});
