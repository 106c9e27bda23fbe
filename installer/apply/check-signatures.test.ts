import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MergedTree } from '../../packagelink/tree/tree.ts';
import type { InstallPlan } from '../plan/plan-install.ts';
import { signatureFaults } from './check-signatures.ts';

const kernel = { path: 'boot/vmlinuz-6.1', type: 'file', content: { kind: 'literal', bytes: Buffer.from('MZ') } };
const tree = { entries: [kernel] } as unknown as MergedTree;
const planWith = (secureBoot?: boolean) =>
  ({
    facts: secureBoot === undefined ? {} : { efi: { secureBoot } },
    started: ['/boot/vmlinuz-6.1'],
  }) as unknown as InstallPlan;
const fetcher = () => assert.fail('nothing lies in a pack');

test('with Secure Boot, an unsigned kernel is a fault of the plan', async () => {
  const faults = await signatureFaults(planWith(true), tree, fetcher);
  assert.match(
    faults.map(({ message }) => message).join(),
    /Secure Boot is on, and \/boot\/vmlinuz-6\.1 .* no signature/,
  );
  assert.match(faults[0]?.suggestion ?? '', /BOOTLOADER=grub/);
});

test('without Secure Boot, or with a BIOS, nobody asks', async () => {
  assert.deepEqual(await signatureFaults(planWith(false), tree, fetcher), []);
  assert.deepEqual(await signatureFaults(planWith(), tree, fetcher), []);
});
