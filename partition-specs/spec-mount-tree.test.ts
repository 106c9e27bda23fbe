import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultsError } from '../lib/errors.ts';
import { parentsFirst } from './mount-order.ts';
import { osFamilies } from './os-families/all.ts';
import { planLayout } from './plan-layout.ts';
import { checkSpecSupport } from './spec-support.ts';
import { parsePartitionSpec } from './spec.ts';
import { disk, machine } from './testing/disk.ts';

/** Every fault of a text, or nothing. */
function faultsOf(text: string, family = 'linux'): string {
  try {
    checkSpecSupport({ spec: parsePartitionSpec(text), family });
    return '';
  } catch (error) {
    assert.ok(error instanceof FaultsError, String(error));
    return error.faults.map(({ message }) => message).join('\n');
  }
}

const onLinux = (content: string) => `d: (a 9G ext4 /) (b 1G ${content})`;
const refused: [text: string, message: RegExp, family?: string][] = [
  ...['/proc', '/sys', '/dev', '/run', '/dev/shm', '/run/data', '/sys/fs'].map((path): [string, RegExp] => [
    onLinux(`ext4 ${path}`),
    /the system itself mounts \/(proc|sys|dev|run), and covers it/,
  ]),
  ...['/etc', '/etc/ssh'].map((path): [string, RegExp] => [
    onLinux(`ext4 ${path}`),
    /must be on the root, as .* fstab/,
  ]),
  ...['/bin', '/sbin', '/lib', '/lib64', '/lib/modules'].map((path): [string, RegExp] => [
    onLinux(`ext4 ${path}`),
    /as it is a link into \/usr/,
  ]),
  [onLinux('ext4 /var/run'), /link into \/run/],
  [onLinux('xfs /usr/lib'), /xfs cannot be mounted on \/usr\/lib: the system starts/],
  [onLinux('ext4 /boot/grub'), /GRUB looks for it/],
  ['d: (a 9G ext4 /) (b 9G lvm v) v: (x 1G ext4 /etc)', /ext4 cannot be mounted on \/etc|must be on the root/],
  ...['/usr', '/usr/share', '/boot', '/var', '/var/lib', '/var/lib/gutinteg'].map((path): [string, RegExp] => [
    onLinux(`swap ${path}`),
    /it is in memory, and .* must last/,
  ]),
  ...['/run', '/dev', '/proc', '/sys/kernel'].map((path): [string, RegExp] => [
    onLinux(`swap ${path}`),
    /the system itself mounts/,
  ]),
  ...['noauto', 'noexec', 'nofail', 'user', 'users', 'owner', 'group', 'x-systemd.automount'].map(
    (option): [string, RegExp] => [`d: (a 9G ext4 / ${option})`, new RegExp(`${option} makes no sense on /:`)],
  ),
  ...['noauto', 'noexec', 'user'].map((option): [string, RegExp] => [
    onLinux(`ext4 /usr ${option}`),
    new RegExp(`${option} makes no sense on /usr:`),
  ]),
  [onLinux('ext4 /var noauto'), /noauto makes no sense on \/var/],
  [onLinux('ext4 /boot noauto'), /noauto makes no sense on \/boot/],
  ...['vfat /usr', 'vfat /var/log', 'msdos /tmp', 'ntfs /var data'].map((content): [string, RegExp] => [
    onLinux(content),
    /it has neither links nor owners/,
  ]),
  ...['ext4 /var ro', 'xfs /var/tmp ro', 'swap /tmp rw,ro'].map((content): [string, RegExp] => [
    onLinux(content),
    /ro makes no sense on .* the system writes there/,
  ]),
  ...['ro', 'noatime', 'noexec', 'user', 'nodev'].map((option): [string, RegExp] => [
    onLinux(`swap ${option}`),
    new RegExp(`${option} makes no sense on swap`),
  ]),
  ['c0t0d0: (a 500 ufs /) (b 50 ufs /etc)', /cannot be mounted on \/etc/, 'solaris'],
  ['c0t0d0: (a 500 ufs /) (b 50 ufs /dev)', /the system itself mounts \/dev/, 'solaris'],
  ['ada0: (a 500 ufs /) (b 50 ufs /sbin)', /cannot be mounted on \/sbin/, 'freebsd'],
  ['wd0: (a 500 ffs / noauto) (b 50 swap)', /noauto makes no sense on \//, 'netbsd'],
];
for (const [text, message, family] of refused) {
  test(`refused on ${family ?? 'linux'}: ${text}`, () => assert.match(faultsOf(text, family), message));
}

const sound: [text: string, family?: string][] = [
  [onLinux('vfat /boot')],
  [onLinux('vfat /var/www/exchange')],
  [onLinux('ext4 /var ro,rw')],
  [onLinux('swap comment=scratch')],
  ...['/usr', '/var', '/boot', '/home', '/srv', '/opt', '/tmp', '/root', '/usr/local', '/var/lib', '/var/log'].map(
    (path): [string] => [onLinux(`ext4 ${path}`)],
  ),
  ...['/tmp', '/var/tmp', '/var/cache', '/dev/shm', '/run/lock', '/srv'].map((path): [string] => [
    onLinux(`swap ${path} size=1G`),
  ]),
  [onLinux('ext4 /home noauto,noexec,nosuid,nodev,user')],
  [onLinux('ext4 /var/log nofail,noexec')],
  [onLinux('ext4 /usr ro,nodev')],
  [onLinux('swap pri=5,nofail,x-systemd.device-timeout=5')],
  ['d: (a 9G ext4 / noatime,nodev,nosuid)'],
  ['c0t0d0: (a 500 ufs /) (b 500 ufs /usr) (d 50 swap /tmp)', 'solaris'],
  ['ada0: (a 500 ufs /) (b 500 ufs /var) (d 50 swap)', 'freebsd'],
];
for (const [text, family] of sound) {
  test(`sound on ${family ?? 'linux'}: ${text}`, () => assert.equal(faultsOf(text, family), ''));
}

test('what works, but is hardly meant, is a note', () => {
  const notes = (text: string) => checkSpecSupport({ spec: parsePartitionSpec(text) }).notes.join('\n');
  assert.match(notes('d: (a 9G ext4 / ro)'), /read-only/);
  assert.match(notes('d: (a 9G ext4 / nodev)'), /nodev on \/ has no use/);
  assert.match(notes(onLinux('ext4 /usr ro')), /^\/usr is mounted read-only/);
  assert.match(notes(onLinux('ext4 /boot ro')), /^\/boot is mounted read-only/);
  assert.equal(notes('d: (a 9G ext4 / ro,rw)'), '');
  assert.equal(notes('d: (a 9G ext4 /)'), '');
});

/** Mount points in the order of the table of file systems. */
function orderOf(text: string, family: string): string {
  const layout = planLayout({
    spec: parsePartitionSpec(text),
    facts: machine(disk()),
    bindings: {},
    machineId: '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41',
    family,
  });
  const table = osFamilies.get(family)?.render(layout).files[0]?.text ?? assert.fail('no table');
  const column = family === 'solaris' ? 2 : 1;
  const points = table.split('\n').map((line) => (line.startsWith('#') ? undefined : line.split(' ')[column]));
  return points.filter((point) => point?.startsWith('/') === true && !/^\/(proc|dev\/fd)$/.test(point)).join(' ');
}

test('what is mounted on a directory comes before what is mounted in it, in memory as on disk', () => {
  const cases: [text: string, order: string, family?: string][] = [
    ['d: (a 9G ext4 /) (b 1G swap /srv) (c 1G ext4 /srv/a) (d 1G ext4 /home)', '/ /home /srv /srv/a'],
    ['d: (a 9G ext4 /) (b 1G ext4 /srv) (c 1G swap /srv/a) (d 1G ext4 /srv/a/b)', '/ /srv /srv/a /srv/a/b'],
    ['d: (a 9G ext4 /) (b 1G swap /tmp/a/b) (c 1G swap /tmp/a)', '/ /tmp/a /tmp/a/b'],
    ['d: (a 9G ext4 /) (b 1G swap /a) (c 1G ext4 /ab)', '/ /ab /a'],
    ['d: (a 9G ufs /) (b 1G swap /opt) (d 1G ufs /opt/a)', '/ /opt /opt/a', 'solaris'],
    ['d: (a 9G ufs /) (b 1G swap /opt) (d 1G ufs /opt/a)', '/ /opt /opt/a', 'freebsd'],
  ];
  for (const [text, order, family = 'linux'] of cases) assert.equal(orderOf(text, family), order, text);
});

test('the order is otherwise as given', () => {
  const points = ['/b/c', undefined, '/b', '/a', '/a/x/y', '/a/x'];
  assert.deepEqual(
    parentsFirst(
      points.map((point) => ({ point })),
      ({ point }) => point,
    ).map(({ point }) => point),
    ['/b', '/b/c', undefined, '/a', '/a/x', '/a/x/y'],
  );
});
