import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../lib/errors.ts';
import { addressesOf, isInRange, parseAddressRange } from './address-range.ts';
import { namesOf, parseNamePattern } from './name-pattern.ts';
import { planHost } from './plan-host.ts';

const refused = (work: () => unknown, message: RegExp) => {
  assert.throws(work, (error) => error instanceof UserError && error.exitCode === 2 && message.test(error.message));
};

const patterns: readonly [pattern: string, first: string][] = [
  ['node%d', 'node1'],
  ['node%03d', 'node001'],
  ['%02d-rack.lab', '01-rack.lab'],
  ['n%01d', 'n1'],
];
for (const [pattern, first] of patterns) {
  test(`names of ${pattern}`, () => assert.equal(namesOf(parseNamePattern(pattern)).next().value, first));
}

const noPatterns = [
  '',
  'node',
  '%s',
  'node%d%d',
  'Node%d',
  'a b%d',
  '-%d',
  'n%d-',
  'n%d.',
  'n.%d',
  'n%3d',
  'n%099d',
  `${'n'.repeat(60)}%d`,
  '%d',
  'n%d\n',
];
for (const pattern of noPatterns) {
  test(`not a pattern: ${JSON.stringify(pattern)}`, () => refused(() => parseNamePattern(pattern), /pattern/));
}

const noRanges = [
  '',
  '10.0.0.1',
  '10.0.0.9-10.0.0.1',
  '10.0.0.1-10.0.0.300',
  '10.0.0.1-10.1.0.1',
  '0.0.0.1-0.0.0.9',
  '127.0.0.1-127.0.0.9',
  '224.0.0.1-224.0.0.2',
  '223.255.255.0-224.0.0.1',
  '10.0.0.1-10.0.0.2-10.0.0.3',
  'fe80::1-fe80::2',
];
for (const range of noRanges)
  test(`not a range: '${range}'`, () => refused(() => parseAddressRange(range), /the range/));

test('a range has both of its ends', () => {
  const range = parseAddressRange('10.0.0.254 - 10.0.1.1');
  assert.deepEqual([...addressesOf(range)], ['10.0.0.254', '10.0.0.255', '10.0.1.0', '10.0.1.1']);
  assert.deepEqual(
    ['10.0.0.253', '10.0.0.254', '10.0.1.1', '10.0.1.2', 'x'].map((ip) => isInRange(range, ip)),
    [false, true, true, false, false],
  );
});

const taken = (names: readonly string[], ips: readonly string[]) => ({
  hasName: (name: string) => names.includes(name),
  hasIp: (ip: string) => ips.includes(ip),
});
const choice = { pattern: parseNamePattern('n%d'), range: parseAddressRange('10.0.0.1-10.0.0.3') };

test('the first free name and address, counted apart, of all that is taken', () => {
  const planned = planHost(choice, [taken(['n1', 'n3'], []), taken(['n2'], ['10.0.0.1'])]);
  assert.deepEqual(planned, { ok: true, hostname: 'n4', ip: '10.0.0.2' });
});

test('addresses and names run out', () => {
  assert.deepEqual(planHost(choice, [taken([], ['10.0.0.1', '10.0.0.2', '10.0.0.3'])]), {
    ok: false,
    out: 'addresses',
  });
  const everyName = { hasName: () => true, hasIp: () => false };
  assert.deepEqual(planHost(choice, [everyName]), { ok: false, out: 'names' });
});
