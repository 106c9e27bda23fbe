import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderRootKeys } from './root-keys.ts';
import { nameservers } from './nameservers.ts';
import { debian } from '../systems/debian.ts';
import { renderSystem } from '../systems/system-kind.ts';
import { renderGrubCfg } from '../boot-loaders/grub-cfg.ts';

const record = {
  MAC: '52:54:00:77:00:01',
  IP: '10.77.0.101',
  NETMASK: '255.255.254.0',
  GATEWAY: '10.77.0.254',
  NAMESERVER: '10.77.0.1',
  NAMESERVER10: '10.77.0.10',
  NAMESERVER2: '10.77.0.2',
  DOMAIN: 'lab.example',
  NIC_storage_MAC: '52:54:00:77:00:12 52:54:00:77:00:13',
};

const content = (path: string, more: Readonly<Record<string, string>> = {}): string => {
  const files = renderSystem(debian, {
    hostname: 'lab01',
    record: { ...record, ...more },
    diskFiles: [{ path: '/etc/fstab', text: 'FSTAB\n' }],
    consoles: ['tty0', 'ttyS1,9600n8'],
  });
  return files.find((file) => file.path === path)?.content ?? '';
};

test('names: hosts, resolv.conf in the order of the numbers', () => {
  assert.match(content('/etc/hosts'), /^10\.77\.0\.101 lab01\.lab\.example lab01$/m);
  assert.deepEqual(nameservers(record), ['10.77.0.1', '10.77.0.2', '10.77.0.10']);
  assert.match(content('/etc/resolv.conf'), /search lab\.example\nnameserver 10\.77\.0\.1\nnameserver 10\.77\.0\.2\n/);
  assert.equal(content('/etc/hostname'), 'lab01\n');
  assert.equal(content('/etc/fstab'), 'FSTAB\n');
});

test('SEARCH is instead of DOMAIN, and a machine of IPv6 alone has that address', () => {
  const more = { SEARCH: 'lab.example. example', IP: '', IP6: '2001:db8::7 2001:db8::8', NAMESERVER3: '2001:db8::53' };
  assert.match(content('/etc/resolv.conf', more), /^search lab.example example\n.*\n.*\nnameserver 2001:db8::53\n/m);
  assert.match(content('/etc/hosts', more), /^2001:db8::7 lab01.lab.example lab01$/m);
});

test('a dot at the end of DOMAIN is no part of a name', () => {
  const whole = { DOMAIN: 'lab.example.' };
  assert.equal(content('/etc/hosts', whole), content('/etc/hosts'));
  assert.equal(content('/etc/resolv.conf', whole), content('/etc/resolv.conf'));
});

const kernel = { release: '6', kernel: '/vmlinuz-6', initramfs: '/initrd-6' };
const boot = { uuid: 'B', kernels: [kernel] };

test('GRUB speaks on the serial line that the kernel speaks on', () => {
  assert.match(content('/etc/default/grub.d/gutinteg.cfg'), /console=tty0 console=ttyS1,9600n8/);
  const config = renderGrubCfg({
    rootArguments: ['root=UUID=R'],
    modules: ['part_gpt', 'ext2'],
    boot,
    title: "debian '12'",
    consoles: ['tty0', 'ttyS1,9600n8'],
    isForBiosOnly: true,
  });
  assert.match(config, /serial --unit=1 --speed=9600/);
  assert.match(config, /linux \/vmlinuz-6 root=UUID=R ro console=tty0 console=ttyS1,9600n8/);
  assert.match(config, /menuentry 'debian 12 \(Linux 6\)'/);
  assert.doesNotMatch(
    renderGrubCfg({
      rootArguments: ['root=UUID=R'],
      modules: ['part_gpt', 'ext2'],
      boot,
      title: 'x',
      consoles: ['tty0'],
      isForBiosOnly: true,
    }),
    /serial/,
  );
});

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIGJkqdb3aSmsQgAaJ0vH9W87XIUoA4rGvgdnyKvP6lGg';

test("root's authorized_keys are ROOT_KEYS, a line for each", () => {
  const [file, ...others] = renderRootKeys({ ROOT_KEYS: `ssh-ed25519 ${KEY} ann@desk ${KEY}` });
  assert.deepEqual(others, []);
  assert.equal(file?.path, '/root/.ssh/authorized_keys');
  assert.equal(file.mode, 0o600);
  assert.match(file.content, /^# Written by gutinteg.*\n/);
  assert.deepEqual(file.content.split('\n').slice(1), [`ssh-ed25519 ${KEY} ann@desk`, `ssh-ed25519 ${KEY}`, '']);
});

test('without ROOT_KEYS there is no such file; what is not a key is refused', () => {
  assert.deepEqual(renderRootKeys({}), []);
  assert.deepEqual(renderRootKeys({ ROOT_KEYS: '' }), []);
  assert.throws(() => renderRootKeys({ ROOT_KEYS: 'password' }), { exitCode: 2 });
});
