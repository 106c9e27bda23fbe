import assert from 'node:assert/strict';
import { test } from 'node:test';
import { architectures } from '../../lib/architecture.ts';
import { debianPackages, moduleSelection, ramdiskArchitectures } from './recipe.ts';

test('each architecture has the kernel of its own name', () => {
  const kernels = Object.values(architectures).map((each) => debianPackages(each)[0]);
  assert.deepEqual(kernels, ['linux-image-amd64', 'linux-image-arm64']);
});

test('what has no modules chosen says that it cannot be built yet', () => {
  assert.deepEqual(ramdiskArchitectures, [architectures.amd64]);
  assert.ok(moduleSelection(architectures.amd64).includes('arch/x86/crypto/crc32c-intel.ko'));
  assert.throws(() => moduleSelection(architectures.arm64), /for arm64 cannot be built yet; .* for: amd64$/);
});
