import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { usedArchitectures } from './used-architectures.ts';

const CASES: { says: string; recipes: readonly string[]; machines: string; want: readonly string[] }[] = [
  { says: 'nothing', recipes: [], machines: '', want: ['amd64'] },
  { says: 'a recipe', recipes: ['arm64'], machines: '', want: ['arm64'] },
  { says: 'a recipe of each', recipes: ['arm64', 'amd64'], machines: '', want: ['amd64', 'arm64'] },
  { says: 'a machine', recipes: ['amd64'], machines: 'm:\n IP=10.0.0.1\n ARCH=arm64\n', want: ['amd64', 'arm64'] },
  { says: 'a machine without ARCH', recipes: ['arm64'], machines: 'm:\n IP=10.0.0.1\n', want: ['amd64', 'arm64'] },
  {
    says: 'a group that no machine is in',
    recipes: ['amd64'],
    machines: 'board:\n ARCH=arm64\nm:\n IP=10.0.0.1\n ARCH=amd64\n',
    want: ['amd64'],
  },
  {
    says: 'a group that a machine is in',
    recipes: [],
    machines: 'board:\n ARCH=arm64\nm: board\n IP=10.0.0.1\n',
    want: ['arm64'],
  },
  { says: 'what nobody knows', recipes: ['arm64'], machines: 'm:\n IP=10.0.0.1\n ARCH=sparc\n', want: ['arm64'] },
];

for (const { says, recipes, machines, want } of CASES) {
  test(`a site in which ${says} says it`, async (context) => {
    const dir = await mkdtemp(join(tmpdir(), 'gutinteg-used-'));
    context.after(() => rm(dir, { recursive: true }));
    for (const folder of ['machdb', 'images']) await mkdir(join(dir, folder));
    await writeFile(join(dir, 'machdb/machines.db'), machines);
    for (const arch of recipes) {
      const recipe = { os: 'debian', osrev: '12', arch, build: { mmdebstrap: { suite: 'bookworm' } } };
      await writeFile(join(dir, `images/${arch}.yaml`), JSON.stringify(recipe));
    }
    const used = await usedArchitectures(dir);
    assert.deepEqual(
      used.map(({ name }) => name),
      want,
    );
  });
}
