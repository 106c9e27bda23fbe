import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MergedTree } from '../../packagelink/tree/tree.ts';
import { signatureFaults } from './check-signatures.ts';

const kernel = { path: 'boot/vmlinuz-6.1', type: 'file', content: { kind: 'literal', bytes: Buffer.from('MZ') } };
const tree = { entries: [kernel] } as unknown as MergedTree;
const fetcher = () => assert.fail('nothing lies in a pack');

test('an unsigned kernel is a fault, once, and what the tree lacks is none', async () => {
  const started = ['/boot/vmlinuz-6.1', '/boot/vmlinuz-6.1', '/boot/vmlinuz-6.2'];
  const faults = await signatureFaults({ started, tree, fetcher });
  assert.equal(faults.length, 1);
  assert.match(faults[0]?.message ?? '', /Secure Boot is on, and \/boot\/vmlinuz-6\.1 .* no signature/);
  assert.match(faults[0]?.suggestion ?? '', /BOOTLOADER=grub/);
});
