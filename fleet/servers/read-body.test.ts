import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { readBody } from './read-body.ts';
import type { BodyMemory } from './read-body.ts';

const MiB = 1024 * 1024;

/** A request whose sender sends these parts, and then goes on, ends, or goes away. */
function requestOf(parts: readonly Uint8Array[], options: { length?: number; breaks?: boolean } = {}): IncomingMessage {
  async function* iterator(): AsyncGenerator<Uint8Array> {
    for (const part of parts) yield await Promise.resolve(part);
    if (options.breaks === true) throw new Error('aborted');
  }
  const headers = options.length === undefined ? {} : { 'content-length': String(options.length) };
  return { headers, iterator } as unknown as IncomingMessage;
}

const parts = (count: number, bytes: number): Uint8Array[] => Array.from({ length: count }, () => Buffer.alloc(bytes));

test('a body is what was sent, and is counted until it is given back', async () => {
  const memory: BodyMemory = { heldBytes: 0 };
  const sent = [Buffer.from('a'), Buffer.from('bc')];
  const read = await readBody(requestOf(sent), { maxBytes: 3, memory });
  assert.ok(read.kind === 'read');
  assert.deepEqual(Buffer.from(read.body).toString(), 'abc');
  assert.equal(memory.heldBytes, 3);
});

const cases: readonly [what: string, IncomingMessage, heldBefore: number, isUnwanted: boolean, kind: string][] = [
  ['nothing', requestOf([]), 0, false, 'read'],
  ['a length that is too large', requestOf([], { length: 5 * MiB }), 0, false, 'too-large'],
  ['more than the limit, without a length', requestOf(parts(5, MiB)), 0, false, 'too-large'],
  ['more than the limit, and unwanted', requestOf(parts(5, MiB)), 0, true, 'too-large'],
  ['a sender that goes away', requestOf(parts(2, MiB), { breaks: true }), 0, false, 'gone'],
  ['a body while others hold all memory', requestOf(parts(3, MiB)), 63 * MiB, false, 'no-room'],
  ['one that nobody wants, meanwhile', requestOf(parts(3, MiB)), 64 * MiB, true, 'read'],
];

for (const [what, request, heldBytes, isUnwanted, kind] of cases) {
  test(`${what}: ${kind}, and nothing is held`, async () => {
    const memory: BodyMemory = { heldBytes };
    const read = await readBody(request, { maxBytes: 4 * MiB, memory, isUnwanted });
    assert.equal(read.kind, kind);
    assert.equal(memory.heldBytes, heldBytes);
  });
}
