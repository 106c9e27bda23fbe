import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { decideReply } from './decide-reply.ts';
import type { Conditions } from './decide-reply.ts';

const sha256 = 'a'.repeat(64);
const lastModified = 'Tue, 01 Dec 2026 00:00:00 GMT';
const other = 'Wed, 02 Dec 2026 00:00:00 GMT';
const etag = `"${sha256}"`;

const cases: readonly (readonly [asked: Conditions, status: number, range?: string])[] = [
  [{}, 200, '0-99'],
  [{ range: 'bytes=0-9' }, 206, '0-9'],
  [{ range: 'bytes=90-' }, 206, '90-99'],
  [{ range: 'bytes=90-200' }, 206, '90-99'],
  [{ range: 'bytes=-10' }, 206, '90-99'],
  [{ range: 'bytes=-1000' }, 206, '0-99'],
  [{ range: 'bytes=100-' }, 416],
  [{ range: 'bytes=-0' }, 416],
  [{ range: 'bytes=5-4' }, 200, '0-99'],
  [{ range: 'bytes=0-1,5-6' }, 200, '0-99'],
  [{ range: 'lines=0-1' }, 200, '0-99'],
  [{ range: 'bytes=-' }, 200, '0-99'],
  [{ range: 'bytes=90-', 'if-range': lastModified }, 206, '90-99'],
  [{ range: 'bytes=90-', 'if-range': etag }, 206, '90-99'],
  [{ range: 'bytes=90-', 'if-range': other }, 200, '0-99'],
  [{ 'if-modified-since': lastModified }, 304],
  [{ 'if-modified-since': other }, 200, '0-99'],
  [{ 'if-none-match': `"b", ${etag}` }, 304],
  [{ 'if-none-match': '"b"', 'if-modified-since': lastModified }, 200, '0-99'],
];

suite('whole, in part, or not modified', () => {
  for (const [asked, status, range] of cases) {
    test(JSON.stringify(asked), () => {
      const reply = decideReply({ sha256, sizeBytes: 100, lastModified }, asked);
      assert.equal(reply.status, status);
      assert.equal(reply.range && `${reply.range.start}-${reply.range.end}`, range);
    });
  }
  test('an empty file has no bytes', () => {
    const reply = decideReply({ sha256, sizeBytes: 0, lastModified }, {});
    assert.deepEqual([reply.status, reply.range, reply.headers['Content-Length']], [200, undefined, 0]);
  });
});
