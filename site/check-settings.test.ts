import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { checkMachdb } from '../machdb/check.ts';
import { parseMachdb } from '../machdb/parse.ts';
import { formatFault } from '../lib/errors.ts';
import { siteChecks } from './site-checks.ts';

// Of the password "secret".
const YESCRYPT = '$y$j9T$abcdefghijklmnop$3dL1LkYnZM.OVXuVdnnaKVDlLYT92dRwOzDZ5XiVCe.';
const SHA512 =
  '$6$eJgnHecosqqjdLBT$DVG3QPZe3wsaNohMJqv75ifdhLfB/q7G1l77dOua34qGHc/Zp8eijXiInMj4XeDWZ2L/SqsH90rB/rnTZIsOA/';
const MD5 = '$1$zhzTgZ9r$Ni1wBwgs4ZbXSpR54BFqX1';

function faultsOf(setting: string): string[] {
  const db = parseMachdb([{ path: 'a.db', text: `a:\nIP=10.0.0.1\n${setting}\n` }]);
  return checkMachdb(db, siteChecks(new Set(['apt-sources']))).map(formatFault);
}

suite('settings of the packages', () => {
  for (const setting of [
    'TIMEZONE=Etc/UTC',
    'TIMEZONE=Europe/Berlin',
    'TIMEZONE=America/Argentina/Buenos_Aires',
    'TIMEZONE=US/Pacific',
    'TIMEZONE=""',
    'NTP="ntp.lab.example 10.0.0.1 2001:db8::1"',
    'LOCALE=C.UTF-8',
    'LOCALE=de_DE.UTF-8@euro',
    'KEYBOARD=us,de',
    'APT_PROXY=http://10.0.0.1:3128',
    'APT_PROXY=',
    'APT_MIRROR=https://mirror.lab.example/debian',
    'APT_SUITE=bookworm',
    'APT_SUITE=',
    `ROOT_PASSWORD_HASH='${YESCRYPT}'`,
    `ROOT_PASSWORD_HASH='${SHA512}'`,
  ]) {
    test(`${setting.slice(0, 40)} is sound`, () => assert.deepEqual(faultsOf(setting), []));
  }

  const bad: [string, RegExp][] = [
    ['PACKAGES=apt-sources\nAPT_SUITE=', /APT_SUITE: is empty; the package apt-sources needs it/],
    [
      'TIMEZONE=europe/berlin',
      /a\.db:3: error: TIMEZONE: 'europe\/berlin' is not a time zone.*did you mean Europe\/Berlin\?/s,
    ],
    ['TIMEZONE=Europe/Berlinn', /did you mean Europe\/Berlin\?/],
    ['TIMEZONE=+01:00', /is not a time zone/],
    ['TIMEZONE=../../shadow', /is not a time zone/],
    ['NTP="a_b"', /'a_b' is neither a host name nor an address/],
    ['LOCALE=de_DE', /is not a locale such as/],
    ['LOCALE=german', /is not a locale such as/],
    ['KEYBOARD="us; reboot"', /is not a layout/],
    ['APT_PROXY=proxy:3128', /is not a URL such as/],
    ['APT_PROXY=http://u:p@proxy:3128', /has a name or a password in it/],
    ['APT_MIRROR=\'http://x/" ; "\'', /is not a URL such as/],
    ['APT_SUITE="bookworm main"', /is not a release/],
    ['ROOT_PASSWORD_HASH=hunter2', /is not a hash of a password.*mkpasswd -m yescrypt/s],
    [`ROOT_PASSWORD_HASH='${MD5}'`, /is not a hash of a password/],
    [`ROOT_PASSWORD_HASH='${YESCRYPT.slice(0, -1)}'`, /is not a hash of a password/],
  ];
  for (const [setting, message] of bad) {
    test(`${setting} is refused`, () => {
      const [fault, ...others] = faultsOf(setting);
      assert.deepEqual(others, []);
      assert.match(fault ?? '', message);
    });
  }

  test('a password that stands in the place of a hash is shown nowhere', () => {
    assert.doesNotMatch(faultsOf('ROOT_PASSWORD_HASH=hunter2').join(), /hunter2/);
    assert.doesNotMatch(faultsOf('ROOT_KEYS="-----BEGIN OPENSSH PRIVATE KEY----- hunter2"').join(), /hunter2/);
  });
});
