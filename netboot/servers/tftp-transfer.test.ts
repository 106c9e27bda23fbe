import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { TftpPacket, TftpRequest } from '../protocol/tftp.ts';
import { createTransfer } from './tftp-transfer.ts';

function request(options: Readonly<Record<string, string>> = {}): TftpRequest {
  return { kind: 'read', file: 'f', mode: 'octet', options: new Map(Object.entries(options)) };
}

const ack = (block: number): TftpPacket => ({ kind: 'ack', block });

function kinds(packets: readonly TftpPacket[]): string[] {
  return packets.map((packet) =>
    packet.kind === 'data' ? `data ${packet.block} (${packet.bytes.length})` : packet.kind,
  );
}

const OPTIONS = [
  { asked: { blksize: '1468', tsize: '0' }, answered: { blksize: '1468', tsize: '1000' } },
  { asked: { blksize: '65464' }, answered: { blksize: '1468' } },
  { asked: { blksize: '7' }, answered: undefined },
  { asked: { blksize: '1468.5', windowsize: '-1', timeout: '0' }, answered: undefined },
  { asked: { windowsize: '65535', timeout: '3' }, answered: { windowsize: '64', timeout: '3' } },
  { asked: { timeout: '5' }, answered: { timeout: '5' } },
  { asked: { timeout: '255', tsize: '0' }, answered: { tsize: '1000' } },
  { asked: { 'x-unknown': '1' }, answered: undefined },
  { asked: { tsize: 'rubbish' }, answered: { tsize: '1000' } },
];
for (const { asked, answered } of OPTIONS) {
  test(`options ${JSON.stringify(asked)}`, () => {
    const [first] = createTransfer(request(asked), new Uint8Array(1000)).start();
    assert.deepEqual(first?.kind === 'oack' ? Object.fromEntries(first.options) : undefined, answered);
  });
}

test('a file that fills its last block ends with an empty one', () => {
  const transfer = createTransfer(request(), new Uint8Array(1024));
  assert.deepEqual(kinds(transfer.start()), ['data 1 (512)']);
  assert.deepEqual(kinds(transfer.receive(ack(1))), ['data 2 (512)']);
  assert.deepEqual(kinds(transfer.receive(ack(2))), ['data 3 (0)']);
  assert.equal(transfer.ended(), undefined);
  transfer.receive(ack(3));
  assert.equal(transfer.ended(), 'done');
});

test('a client that only wants to know the size refuses what comes after it', () => {
  const aborted: TftpPacket = { kind: 'error', code: 8, message: 'User aborted the transfer' };
  const sized = createTransfer(request({ tsize: '0', blksize: '1468' }), new Uint8Array(5000));
  sized.start();
  sized.receive(aborted);
  assert.equal(sized.ended(), 'asked for its size');
  const begun = createTransfer(request({ tsize: '0' }), new Uint8Array(5000));
  begun.start();
  begun.receive(ack(0));
  begun.receive(aborted);
  assert.equal(begun.ended(), 'refused by the client: User aborted the transfer');
});

test('an empty file is one empty block', () => {
  assert.deepEqual(kinds(createTransfer(request(), new Uint8Array()).start()), ['data 1 (0)']);
});

test('a duplicate acknowledgement is not answered (the sorcerer stays asleep)', () => {
  const transfer = createTransfer(request(), new Uint8Array(5000));
  transfer.start();
  transfer.receive(ack(1));
  assert.deepEqual(transfer.receive(ack(1)), []);
});

test('a window whose middle was lost goes on from there', () => {
  const transfer = createTransfer(request({ windowsize: '4' }), new Uint8Array(512 * 10));
  transfer.start();
  assert.deepEqual(kinds(transfer.receive(ack(0))), ['data 1 (512)', 'data 2 (512)', 'data 3 (512)', 'data 4 (512)']);
  assert.deepEqual(kinds(transfer.receive(ack(2))), ['data 3 (512)', 'data 4 (512)', 'data 5 (512)', 'data 6 (512)']);
  assert.deepEqual(kinds(transfer.receive(ack(2))).length, 4);
  assert.deepEqual(transfer.receive(ack(2)), [], 'the same loss is answered once');
});

test('silence repeats five times and then gives up', () => {
  const transfer = createTransfer(request(), new Uint8Array(10));
  transfer.start();
  for (let time = 1; time <= 5; time += 1) assert.deepEqual(kinds(transfer.timeout()), ['data 1 (10)']);
  assert.deepEqual(transfer.timeout(), []);
  assert.equal(transfer.ended(), 'given up');
});

test('an error from the client ends it', () => {
  const transfer = createTransfer(request(), new Uint8Array(10));
  transfer.start();
  transfer.receive({ kind: 'error', code: 3, message: 'disk full' });
  assert.equal(transfer.ended(), 'refused by the client: disk full');
});

/** A client as in RFC 1350 and 7440, over a network that loses the packets that `lost` says. */
function receiveAll(
  transfer: ReturnType<typeof createTransfer>,
  terms: { window: number; lost: () => boolean },
): Buffer {
  const received: Buffer[] = [];
  let queue = [...transfer.start()];
  let inWindow = 0;
  for (let turns = 0; transfer.ended() === undefined && turns < 100_000; turns += 1) {
    const packet = queue.shift();
    if (packet === undefined) {
      queue = [...transfer.timeout()];
      continue;
    }
    if (terms.lost()) continue;
    if (packet.kind === 'oack') queue.push(...transfer.receive(ack(0)));
    if (packet.kind !== 'data') continue;
    const inOrder = packet.block === ((received.length + 1) & 0xffff);
    if (inOrder) received.push(Buffer.from(packet.bytes));
    inWindow = inOrder ? inWindow + 1 : terms.window;
    if (inWindow < terms.window && packet.bytes.length === 8) continue;
    inWindow = 0;
    if (!terms.lost()) queue.push(...transfer.receive(ack(received.length & 0xffff)));
  }
  return Buffer.concat(received);
}

test('property: the bytes arrive whole over a network that loses some packets', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 500 }),
      fc.integer({ min: 1, max: 6 }),
      fc.infiniteStream(fc.nat(9)),
      (content, window, dice) => {
        const transfer = createTransfer(request({ blksize: '8', windowsize: String(window) }), content);
        const got = receiveAll(transfer, { window, lost: () => dice.next().value === 0 });
        if (transfer.ended() !== 'given up') assert.deepEqual(got, Buffer.from(content));
      },
    ),
  );
});

test('block numbers wrap', () => {
  const content = new Uint8Array(70_000 * 8 + 3);
  const transfer = createTransfer(request({ blksize: '8', windowsize: '64' }), content);
  const got = receiveAll(transfer, { window: 64, lost: () => false });
  assert.equal(got.length, content.length);
});
