import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { RefusedError, ServerAwayError } from '../../contract/client.ts';
import { MEDIUM_EVENTS_FILE } from '../machine/machine-state.ts';
import { deliverMediumEvents } from './medium-events.ts';

function rootWith(stack: DisposableStack, text: string): string {
  const root = mkdtempSync(join(tmpdir(), 'medium-events-'));
  stack.defer(() => rmSync(root, { recursive: true }));
  mkdirSync(dirname(join(root, MEDIUM_EVENTS_FILE)), { recursive: true });
  writeFileSync(join(root, MEDIUM_EVENTS_FILE), text);
  return root;
}

test('what an installation had to tell is told once, in order', async () => {
  using stack = new DisposableStack();
  const events = Array.from({ length: 1200 }, (_, index) => ({ kind: 'message', text: `${index}` }));
  const root = rootWith(stack, JSON.stringify(events));
  const sent: unknown[] = [];
  assert.deepEqual(await deliverMediumEvents(root, async (some) => void sent.push(...some)), []);
  assert.deepEqual(sent, events);
  assert.deepEqual(await deliverMediumEvents(root, async () => assert.fail()), []);
});

test('while the server is away, it waits; what is useless is given up with a notice', async () => {
  using stack = new DisposableStack();
  const text = JSON.stringify([{ kind: 'rebooting' }]);
  const root = rootWith(stack, text);
  const away = async () => Promise.reject(new ServerAwayError('no answer'));
  await assert.rejects(deliverMediumEvents(root, away), ServerAwayError);
  assert(existsSync(join(root, MEDIUM_EVENTS_FILE)));
  const refused = async () => Promise.reject(new RefusedError('POST', 401, 'who is this?'));
  for (const [content, send] of [
    [text, refused],
    ['not JSON', async () => undefined],
  ] as const) {
    writeFileSync(join(root, MEDIUM_EVENTS_FILE), content);
    const [notice] = await deliverMediumEvents(root, send);
    assert.match(notice ?? '', /^what the installation had to tell was given up: /);
    assert(!existsSync(join(root, MEDIUM_EVENTS_FILE)));
  }
});
