import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { agentVersion } from './open-context.ts';

test('the version is that of the file beside the program, and says so where there is none', () => {
  const directory = mkdtempSync(join(tmpdir(), 'agent-version-'));
  try {
    const program = join(directory, 'agent.mjs');
    assert.equal(agentVersion(program), 'source');
    writeFileSync(join(directory, 'VERSION'), '0.1.0\n');
    assert.equal(agentVersion(program), '0.1.0');
  } finally {
    rmSync(directory, { recursive: true });
  }
});
