import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { describePlaces } from './converge-files.ts';
import type { PartialContext } from './run-context.ts';

suite('mounts of a machine that was adopted', () => {
  const mountsWith = async (makeFstab: (path: string) => void): Promise<readonly string[]> => {
    const root = mkdtempSync(join(tmpdir(), 'converge-files-'));
    try {
      mkdirSync(join(root, 'etc'));
      makeFstab(join(root, 'etc/fstab'));
      const context = { root, state: { consoles: [], bootLoader: [] } } as unknown as PartialContext;
      return (await describePlaces(context)).mounts;
    } finally {
      rmSync(root, { recursive: true });
    }
  };

  test('are those of its fstab, and none without one', async () => {
    assert.deepEqual(await mountsWith((path) => writeFileSync(path, '\n# home\n\n/dev/sda2 /home ext4\n')), ['home']);
    assert.deepEqual(await mountsWith(() => undefined), []);
  });

  test('cannot be told from an fstab that cannot be read', async () => {
    const expected = { name: 'UserError', message: /^reading .*etc\/fstab failed$/ };
    await assert.rejects(
      mountsWith((path) => mkdirSync(path)),
      expected,
    );
  });
});

test('what an EFI system partition still starts counts as a menu, and is part of what a run goes by', async () => {
  const root = mkdtempSync(join(tmpdir(), 'converge-files-'));
  try {
    const placesWith = async (...paths: string[]) => {
      const bootLoader = paths.map((path) => ({ artefact: { kind: 'esp-file', partUuid: 'p', path }, digests: {} }));
      return describePlaces({ root, state: { consoles: [], bootLoader } } as unknown as PartialContext);
    };
    const places = await placesWith('gutinteg/0a/vmlinuz-6.2');
    assert.deepEqual(places.boot.menus, [{ path: 'boot/efi', text: 'gutinteg/0a/vmlinuz-6.2' }]);
    const description = { generation: 'a' } as Parameters<typeof places.keyOf>[0];
    assert.notEqual(places.keyOf(description), (await placesWith()).keyOf(description));
  } finally {
    rmSync(root, { recursive: true });
  }
});
