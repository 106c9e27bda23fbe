import assert from 'node:assert/strict';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { nameOfOrder } from '../orders/order-places.ts';
import { readSpool } from './read-spool.ts';

test('only a whole file of its owner, under its own name, is an order; nothing else is followed, waited for or read', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'spool-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const [spool, elsewhere] = [join(directory, 'orders'), join(directory, 'elsewhere')];
  assert.deepEqual(readSpool(spool), { orders: [], owner: undefined });
  mkdirSync(spool);
  const orderOf = (text: string) => ({ order: text, signature: 'a'.repeat(86) });
  const pathOf = (text: string): string => join(spool, `${nameOfOrder(orderOf(text))}.json`);
  const textOf = (text: string): string => JSON.stringify(orderOf(text));
  writeFileSync(pathOf('good'), textOf('good'));
  writeFileSync(`${pathOf('not moved yet')}.new`, textOf('not moved yet'));
  writeFileSync(pathOf('another name'), textOf('good'));
  writeFileSync(elsewhere, textOf('link'));
  symlinkSync(elsewhere, pathOf('link'));
  symlinkSync('/dev/zero', pathOf('endless'));
  symlinkSync('/nowhere', pathOf('nowhere'));
  writeFileSync(join(directory, 'hard'), textOf('hard link'));
  linkSync(join(directory, 'hard'), pathOf('hard link'));
  await runCommand(['mkfifo', pathOf('fifo')]);
  mkdirSync(pathOf('directory'));
  writeFileSync(pathOf('huge'), textOf('huge'));
  truncateSync(pathOf('huge'), 2 ** 40);
  writeFileSync(pathOf('cut'), textOf('cut').slice(0, 20));
  const { orders, owner } = readSpool(spool);
  assert.deepEqual(
    orders.map(({ read }) => read()?.order),
    ['good'],
  );
  writeFileSync(pathOf('good'), textOf('another one'));
  assert.equal(orders[0]?.read(), undefined);
  assert.equal(owner?.uid, process.getuid?.());
  symlinkSync(spool, join(directory, 'linked'));
  assert.deepEqual(readSpool(join(directory, 'linked')).orders, []);
});

test('of two thousand files, a few are looked at', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'spool-'));
  t.after(() => rmSync(directory, { recursive: true }));
  for (let file = 0; file < 2000; file += 1) {
    const signed = { order: String(file), signature: 'a'.repeat(86) };
    writeFileSync(join(directory, `${nameOfOrder(signed)}.json`), JSON.stringify(signed));
  }
  assert.equal(readSpool(directory).orders.length, 50);
});
