import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer } from '../recorded-answer.ts';
import { list } from './list.ts';

// rpm 4.18, in the order of its database.
const SHOWN = `gpg-pubkey	(none)	bade1ab1-5f3a3d5e	
lab-safe	noarch	1.0-1	Lab
kernel-core	x86_64	6.1.0-2.el9	Red Hat, Inc.
kernel-core	x86_64	6.1.0-1.el9	Red Hat, Inc.
lab-lib	x86_64	2:1.0~rc1^git1-1.el9	
lab-lib	i686	2:1.0~rc1^git1-1.el9	
`;
const LOCKS = `
# Added lock on Mon Nov 30 16:00:00 2026
lab-safe-0:1.0-1.*
!lab-lib-2:1.0-1.*
`;

test('installed packages, several versions of one among them, and keys left out', () => {
  const lines = answer(list, [SHOWN], [undefined, LOCKS]).map((item) => Object.values(item).join(' '));
  assert.deepEqual(lines, [
    'kernel-core x86_64 6.1.0-1.el9  Red Hat, Inc.',
    'kernel-core x86_64 6.1.0-2.el9  Red Hat, Inc.',
    'lab-lib i686 2:1.0~rc1^git1-1.el9  ',
    'lab-lib x86_64 2:1.0~rc1^git1-1.el9  ',
    'lab-safe noarch 1.0-1 held Lab',
  ]);
});

for (const { config, held } of [
  { config: '', held: [] },
  { config: '[main]\nexclude=lab-s* other\n', held: ['lab-safe'] },
  {
    config: '[main]\ngpgcheck=1\nexcludepkgs = other,\n  lab-li?\n\n[lab]\nexclude=lab-safe\n',
    held: ['lab-lib', 'lab-lib'],
  },
  { config: '[main]\n#exclude=lab-safe\n  exclude=lab-safe\n', held: [] },
  { config: '[lab]\nexclude=lab-safe\n', held: [] },
  { config: 'exclude=lab-safe\n', held: [] },
  { config: '[main]\nexclude=lab.safe lab-(s|)+ [\n', held: [] },
]) {
  test(`held by ${JSON.stringify(config)}: ${held.join(', ') || 'none'}`, () => {
    const items = answer(list, [SHOWN], [undefined, undefined, undefined, config]);
    assert.deepEqual(
      items.filter(({ flags }) => flags.includes('held')).map(({ name }) => name),
      held,
    );
  });
}

test('dnf 5 notes what came as a dependency, and what is locked', () => {
  const reasons = `version = "1.0"

[packages]
"lab-lib.i686" = {reason = "Dependency"}
"lab-lib.x86_64" = {reason = "User"}
"lab-safe.noarch" = {reason = "Weak Dependency"}
"kernel-core.x86_64" = {reason = "External User"}
`;
  const locks = `version = "1.0"

[[packages]]
name = "lab-safe"
comment = "Added by 'versionlock add' command on 2026-11-30 19:42:53"

[[packages.conditions]]
key = "evr"
comparator = "="
value = "1.0-1"
`;
  const flags = answer(list, [SHOWN], [reasons, undefined, locks]).map(
    ({ name, arch, flags }) => `${name}.${arch} ${flags.join()}`,
  );
  assert.deepEqual(flags, [
    'kernel-core.x86_64 ',
    'kernel-core.x86_64 ',
    'lab-lib.i686 auto',
    'lab-lib.x86_64 ',
    'lab-safe.noarch auto,held',
  ]);
});
