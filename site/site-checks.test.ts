import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkMachdb } from '../machdb/check.ts';
import { parseMachdb } from '../machdb/parse.ts';
import { siteChecks } from './site-checks.ts';

test('a package that is missing is said once, at the line that names it', () => {
  const text =
    'base:\nPACKAGES=tool tex\nPACKAGES+=gone\na: base\nIP=10.0.0.1\nPACKAGES+=bash\nPACKAGES-=gone2\n' +
    'b: base\nIP=10.0.0.2\nPACKAGES-=tex\nEXTRA=left\nc: base\nIP=10.0.0.3\nEXTRA=left\nPACKAGES+=${EXTRA}\n';
  const db = parseMachdb([{ path: 'a.db', text }]);
  const faults = checkMachdb(db, siteChecks(new Set(['tool', 'tex', 'bash'])), { warnings: false });
  assert.deepEqual(
    faults.map(({ line, message }) => `${line}: ${message}`),
    [
      "3: PACKAGES names 'gone', but the site has no packages/gone",
      "15: PACKAGES names 'left', but the site has no packages/left",
    ],
  );
});

test('PARTITION is checked by the conventions of its OS', () => {
  const partition = 'PARTITION=c0t3d0: (a 500 ufs /) (b 500 swap /tmp)';
  const text = `a:\nIP=10.0.0.1\nOS=solaris\n${partition}\nb:\nIP=10.0.0.2\nOS=debian\n${partition}\n`;
  const faults = checkMachdb(parseMachdb([{ path: 'a.db', text }]), siteChecks(new Set()), { warnings: false });
  assert.deepEqual(
    faults.map(({ line, message }) => `${line}: ${message.split(';')[0]}`),
    ["8: file system 'ufs' is unknown on linux"],
  );
});

test('a ROOTFS that names no partition is a fault of its own line', () => {
  const text = 'a:\nIP=10.0.0.1\nROOTFS=hda4\nPARTITION=hda: dos (a 1G ext4 /boot) (d 5G ext4)\n';
  const faults = checkMachdb(parseMachdb([{ path: 'a.db', text }]), siteChecks(new Set()), { warnings: false });
  assert.deepEqual(
    faults.map(({ line, message }) => `${line}: ${message}`),
    ['3: ROOTFS=hda4 names no partition of this PARTITION; it has hda1 (hda a), hda5 (hda d)'],
  );
});

test('disks that nothing tells apart, and bindings of disks that are none, are warnings', () => {
  const two = 'PARTITION=disk0: (a 1G ext4 /) disk1: (a 1G ext4 /srv)';
  const text =
    `a:\nIP=10.0.0.1\n${two}\nDISK_disk0=serial:A\nb:\nIP=10.0.0.2\n${two}\nDISK_disk0=serial:B\nDISK_disk1=serial:B\n` +
    `c:\nIP=10.0.0.3\n${two}\nDISK_disk0=serial:C\nDISK_disk1=serial:D\nDISK_dsk1=serial:E\n` +
    'd:\nIP=10.0.0.4\nPARTITION=disk0: (a 1G ext4 /)\n';
  const faults = checkMachdb(parseMachdb([{ path: 'a.db', text }]), siteChecks(new Set()), { warnings: false });
  assert.deepEqual(
    faults.map(({ severity, line, message }) => `${severity} ${line}: ${message}`),
    [
      'warning 3: PARTITION has 2 disks, and nothing says which is disk1',
      'warning 9: DISK_disk1=serial:B binds two disks of PARTITION to the same one',
      'warning 15: DISK_dsk1 binds a disk that PARTITION does not have',
    ],
  );
});

test('a pattern of PIN that could match nothing is a fault at its line', () => {
  const text = 'a:\nIP=10.0.0.1\nPIN=etc/motd /srv/** ../x\nb:\nIP=10.0.0.2\nPIN=etc/motd\n';
  const faults = checkMachdb(parseMachdb([{ path: 'a.db', text }]), siteChecks(new Set()), { warnings: false });
  assert.deepEqual(
    faults.map(({ line, message }) => `${line}: ${message}`),
    ["3: PIN: '../x' is not a pattern of paths below the root, such as etc/motd or etc/ssh/**"],
  );
});

test('an emptied PARTITION is that of a machine that is not installed', () => {
  const text =
    'pc:\nPARTITION=disk0: (a rest ext4 /)\nDISK_disk0=size:1G-\nOSMODE=packages\na: pc\nIP=10.0.0.1\n' +
    'switch: pc\nIP=10.0.0.2\nPARTITION=\nOSMODE=\n';
  assert.deepEqual(checkMachdb(parseMachdb([{ path: 'a.db', text }]), siteChecks(new Set())), []);
});

test('an OSMODE or NETBOOT that is neither of the two is a fault at its line', () => {
  const text =
    'a:\nIP=10.0.0.1\nOSMODE=package\nNETBOOT=pxe\nb:\nIP=10.0.0.2\nOSMODE=image\nNETBOOT=ipxe\nc: b\nIP=10.0.0.3\nNETBOOT=\n';
  const faults = checkMachdb(parseMachdb([{ path: 'a.db', text }]), siteChecks(new Set()), { warnings: false });
  assert.deepEqual(
    faults.map(({ line, message }) => `${line}: ${message}`),
    ["3: OSMODE: 'package' is neither image nor packages", "4: NETBOOT: 'pxe' is neither grub nor ipxe"],
  );
});

test('a BOOTLOADER that is not known, or not for a BIOS that the disks must start with, is a fault at its line', () => {
  const text =
    'a:\nIP=10.0.0.1\nBOOTLOADER=lilo\nb:\nIP=10.0.0.2\nBOOTLOADER=systemd-boot\nc: b\nIP=10.0.0.3\nFIRMWARE=both\nd: c\nIP=10.0.0.4\nBOOTLOADER=\ne:\nIP=10.0.0.5\nOSMODE=packages\nBOOTLOADER=systemd-boot\n';
  const faults = checkMachdb(parseMachdb([{ path: 'a.db', text }]), siteChecks(new Set()), { warnings: false });
  assert.deepEqual(
    faults.map(({ line, message }) => `${line}: ${message}`),
    [
      "3: BOOTLOADER: 'lilo' is neither grub nor systemd-boot",
      "6: BOOTLOADER: 'systemd-boot' cannot be: FIRMWARE=both makes disks that start with a BIOS, too",
      "16: BOOTLOADER: 'systemd-boot' cannot be: OSMODE=packages has kernels of apt, which only GRUB reads",
    ],
  );
});

test('a FIRMWARE that is not known is a fault at its line', () => {
  const text = 'a:\nIP=10.0.0.1\nFIRMWARE=uefi\nb:\nIP=10.0.0.2\nFIRMWARE=both\nc: b\nIP=10.0.0.3\nFIRMWARE=\n';
  const faults = checkMachdb(parseMachdb([{ path: 'a.db', text }]), siteChecks(new Set()), { warnings: false });
  assert.deepEqual(
    faults.map(({ line, message }) => `${line}: ${message}`),
    ["3: FIRMWARE: 'uefi' is not both; without FIRMWARE, the machine's own firmware decides"],
  );
});

test('a network is checked, each fault at its line and no address twice', () => {
  const text =
    'lan:\nNETMASK=255.255.255.0\nGATEWAY=10.0.0.254\nNIC=lan0\nNIC_bond0_BOND=lan0 lan1\nNIC_v_VLAN=5000\n' +
    'a: lan\nMAC=52:54:00:77:00:01\nIP=10.0.0.1\nNIC_lan1_MAC=52:54:00:77:00:02\n' +
    'b: lan\nMAC=52:54:00:77:00:03\nIP=10.0.1.1\nIP6=x 2001:db8::1\nNIC_v_VLAN=7\n' +
    'NIC_lan1_MAC=52:54:00:77:00:04\nNETWORK=10.0.1.0\nADDRESSES=10.0.3.1\nNIC_br1_BRIDGE=v v\n' +
    'c: lan\nMAC=52:54:00:77:00:05\nIP=10.0.2.1\nNIC_v_VLAN=7\n';
  const faults = checkMachdb(parseMachdb([{ path: 'a.db', text }]), siteChecks(new Set()), { warnings: false });
  assert.deepEqual(
    faults.map(({ line, message }) => `${line}: ${message}`),
    [
      '3: GATEWAY: 10.0.0.254 is outside of the network 10.0.1.0 with the netmask 255.255.255.0',
      '3: GATEWAY: 10.0.0.254 is not in the network of 10.0.2.1/24',
      '5: NIC_bond0_BOND: lan1 is not an interface of this machine',
      "6: NIC_v_VLAN: '5000' is not a number from 1 to 4094",
      "14: IP6: 'x' is not an IPv6 address such as 2001:db8::101",
      "18: ADDRESSES: '10.0.3.1' is not an address with its prefix, such as 10.77.0.5/24",
      '19: NIC_br1_BRIDGE: v is named twice',
    ],
  );
});
