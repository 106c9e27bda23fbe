import assert from 'node:assert/strict';
import { test } from 'node:test';
import { architectures } from '../../lib/architecture.ts';
import { debianPackages, moduleSelection } from './recipe.ts';

test('each architecture has the kernel of its own name', () => {
  const kernels = Object.values(architectures).map((each) => debianPackages(each)[0]);
  assert.deepEqual(kernels, ['linux-image-amd64', 'linux-image-arm64']);
});

test('each architecture has modules of its own besides those of all', () => {
  const own = Object.values(architectures).map((each) =>
    moduleSelection(each).filter((module) => module.startsWith('arch/')),
  );
  assert.deepEqual(own[0], ['arch/x86/crypto/crc32c-intel.ko', 'arch/x86/crypto/crct10dif-pclmul.ko']);
  assert.deepEqual(own[1], ['arch/arm64/crypto/crct10dif-ce.ko']);
});
