// The whole way, exactly as `npm run demo -- --firmware secure` goes it: what any other UEFI must do, Secure Boot checks, too.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoOptions } from '../../rehearse/demo-options.ts';
import { rehearse } from '../../rehearse/rehearse.ts';
import { formatVerdict } from '../../rehearse/verdict.ts';

const LIMIT_MS = 40 * 60_000;

test('lab01 with Secure Boot: from power-on to login, a second start from its disk, and a nightly run', async (t) => {
  const lines: string[] = [];
  const verdict = await rehearse({
    ...demoOptions('secure'),
    runName: 'test-full-run',
    signal: AbortSignal.timeout(LIMIT_MS),
    onLine: (line) => void lines.push(line),
  });
  assert(verdict.ok, `${lines.slice(-40).join('\n')}${formatVerdict(verdict)}\nlogs: ${verdict.logs.join(' ')}`);
  assert.equal(typeof verdict.installSeconds, 'number');
  t.diagnostic(`power-on to reboot: ${verdict.installSeconds} s`);
});
