// `gutinteg partition check`, `plan` and `render` as an administrator types them.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { runCommand } from '../../lib/run-command.ts';
import { layoutSchema } from '../../partition-specs/layout.ts';

const root = join(import.meta.dirname, '../..');
const facts = (example: string) => join(root, 'partition-specs/examples', example, 'facts.json');

async function partition(...words: readonly string[]) {
  return runCommand([join(root, 'bin/gutinteg'), 'partition', ...words], { okExitCodes: [0, 1, 2, 3] });
}

test('check: sound, or every fault with a caret and exit code 2', async () => {
  const sound = await partition(
    'check',
    '--spec',
    'disk0: (a 20G ext4 /) (b rest raid1 m) disk1: (a 9G raid1 m) m: (xfs /x)',
  );
  assert.deepEqual([sound.exitCode, sound.stdout], [0, 'sound for linux: 2 disks, 3 partitions, 1 array\n']);
  const faulty = await partition('check', '--spec', 'disk0: (a 20g ext4 /) (b 4G swpa)');
  assert.deepEqual([faulty.exitCode, faulty.stdout], [2, '']);
  assert.match(faulty.stderr, /'20g' is not a size.*\n {4}disk0: .*\n {14}\^\n {4}did you mean 20G\?/);
  const family = await partition('check', '--os', 'solaris', '--spec', 'c0t3d0: (a 500 ufs /) (c 500 swap /tmp)');
  assert.equal(family.exitCode, 2);
  assert.match(family.stderr, /letter c cannot be used on solaris/);
});

test('plan: what is lost is named by serial number, and exit code 3 says so', async () => {
  const disks = ['--disks', facts('two-disks'), '--bind', 'disk0=serial:S3Z9NB0K812345L'];
  const spec = ['--spec', 'disk0: (a rest ext4 /)'];
  const used = await partition('plan', ...disks, ...spec);
  assert.equal(used.exitCode, 3, used.stderr);
  assert.match(
    used.stdout,
    /What would be lost:\n {2}\/dev\/sda2 on serial S3Z9NB0K812345L .*: ext4, labelled 'old root'/,
  );
  assert.match(used.stdout, /\|bios-boot\|a \/ /);
  assert.match(used.stdout, /\$ sfdisk --wipe always/);
  assert.match(used.stdout, /--- \/etc\/fstab/);
  const json = await partition('plan', ...disks, ...spec, '--json');
  assert.equal(json.exitCode, 3);
  const answer = z.object({ layout: layoutSchema, losses: z.array(z.string()) }).parse(JSON.parse(json.stdout));
  assert.equal(answer.losses.length, 1);
  const unbound = await partition('plan', '--disks', facts('two-disks'), ...spec);
  assert.equal(unbound.exitCode, 2);
  assert.match(
    unbound.stderr,
    /2 disks fit, exactly one must\n.*S3Z9NB0K812345L.*: fits\n.*WD-WX11D7654321.*: fits\n.*is removable/,
  );
});

test('plan: data that is kept is no loss; making it needs consent', async () => {
  const spec = ['--spec', 'disk0: (a 20G ext4 /) (h rest xfs /home data)'];
  const empty = ['--disks', facts('one-disk')];
  const refused = await partition('plan', ...empty, '--spec', 'disk0: (a 2G ext4 /) (h rest xfs /home data)');
  assert.equal(refused.exitCode, 2);
  assert.match(refused.stderr, /--init-data=h/);
  const made = await partition(
    'plan',
    ...empty,
    '--init-data',
    'h',
    '--spec',
    'disk0: (a 2G ext4 /) (h rest xfs /home data)',
  );
  assert.equal(made.exitCode, 0, made.stderr);
  const firmware = await partition(
    'plan',
    ...spec,
    '--disks',
    facts('uefi-desktop'),
    '--init-data',
    'h',
    '--firmware',
    'bios',
  );
  assert.match(firmware.stdout, /bios-boot/);
});

test('render: the commands of another family, from standard input, as text and as JSON', async () => {
  const text = await partition(
    'render',
    '--os',
    'openbsd',
    '--disks',
    facts('openbsd'),
    '--spec',
    'sd0: (a 9G ffs /) (b 1G swap)',
  );
  assert.equal(text.exitCode, 0, text.stderr);
  assert.match(text.stdout, /\$ disklabel -R/);
  const json = await partition('render', '--disks', facts('one-disk'), '--json', '--spec', 'disk0: (a 2G ext4 /)');
  const { operations } = z
    .object({ operations: z.array(z.looseObject({ argv: z.array(z.string()) })) })
    .parse(JSON.parse(json.stdout));
  assert.ok(operations.some(({ argv }) => argv[0] === 'mkfs.ext4'));
});

test('what is in the way ends plan and render alike with exit code 2, and names the variable that chose the disk', async () => {
  const disk = (path: string, wwn: string) => ({
    path,
    sizeBytes: 20 * 1024 ** 3,
    logicalSectorBytes: 512,
    physicalSectorBytes: 512,
    rotational: true,
    removable: false,
    readOnly: false,
    wwn,
  });
  const machine = (disks: readonly object[], stacks: readonly object[] = []) =>
    JSON.stringify({ firmware: 'bios', memoryBytes: 1024 ** 3, macs: [], disks, stacks });
  const multipath = { path: '/dev/mapper/mpatha', name: 'mpatha', kind: 'multipath', parents: ['/dev/sda'] };
  const twoPaths = machine([disk('/dev/sda', '0x600a'), disk('/dev/sdb', '0x600a')]);
  const mirror = 'disk0: (a rest raid1 sys) disk1: (a rest raid1 sys) sys: (ext4 /)';
  const bound = ['--bind', 'disk0=path:/dev/sda', '--bind', 'disk1=path:/dev/sdb'];
  const cases: [facts: string, words: string[], says: RegExp][] = [
    [twoPaths, ['--spec', mirror, ...bound], /DISK_disk0: disk .*reached by more than one path/],
    [machine([disk('/dev/sda', '0x1')], [multipath]), ['--spec', 'disk0: (a rest ext4 /)'], /PARTITION: disk .*mpatha/],
  ];
  for (const [stdin, words, says] of cases) {
    for (const command of ['plan', 'render']) {
      const argv = [join(root, 'bin/gutinteg'), 'partition', command, '--disks', '-', ...words] as const;
      const result = await runCommand(argv, { stdin, okExitCodes: [0, 1, 2, 3] });
      assert.equal(result.exitCode, 2, `${command}: ${result.stderr}`);
      assert.match(command === 'plan' ? result.stdout : result.stderr, says);
    }
  }
});

test('what people paste and mistype', async () => {
  const pasted = await partition('check', '--spec', 'PARTITION=disk0: (a rest ext4 /)');
  assert.equal(pasted.exitCode, 0, pasted.stderr);
  const json = await partition('check', '--json', '--spec', 'disk0: (a 20g ext4 /)');
  const answer = z.object({ sound: z.literal(false), faults: z.array(z.looseObject({ column: z.int() })) });
  assert.deepEqual([json.exitCode, answer.parse(JSON.parse(json.stdout)).faults[0]?.column], [2, 11]);
  const bind = ['--disks', facts('two-disks'), '--spec', 'disk0: (a rest ext4 /)', '--bind'];
  assert.equal((await partition('plan', ...bind, 'DISK_disk0=serial:S3Z9NB0K812345L')).exitCode, 3);
  const unknown = await partition('plan', ...bind, 'diks0=serial:S3Z9NB0K812345L');
  assert.deepEqual([unknown.exitCode, unknown.stdout], [2, '']);
  assert.match(unknown.stderr, /--bind diks0: no such disk in this PARTITION; it has disk0/);
  const garbage = await partition('plan', '--disks', join(root, 'package.json'), '--spec', 'disk0: (a rest ext4 /)');
  assert.equal(garbage.exitCode, 2);
  assert.match(garbage.stderr, /is not what `gutinteg facts` prints/);
});
