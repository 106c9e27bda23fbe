import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleFacts } from '../testing/simulated-host.ts';
import { isUpToDate, judgeHost } from './judge-host.ts';
import type { JudgedReports } from './judge-host.ts';

const NOW = Date.UTC(2027, 0, 15, 12);
const MINUTE = 60_000;
const NONE = { outdated: 0, security: 0, held: 0, keptBack: 0, phased: 0, broken: 0 };
const FACTS = { ...sampleFacts, listsUpdatedAt: NOW / 1000 - 3600 };

const good: JudgedReports = {
  host: {
    kind: 'host',
    state: 'enrolled',
    reason: '',
    lastSeenAt: NOW - 10 * MINUTE,
    nextDueAt: NOW + 20 * MINUTE,
    bootId: 'b0071d00',
    announcedFacts: 'f',
    factsDigest: 'f',
    announcedInstalled: 'i',
    installedDigest: 'i',
    announcedCandidates: 'c',
    candidatesDigest: 'c',
    clockOffset: -3,
  },
  facts: FACTS,
  counts: NONE,
  nowMs: NOW,
  intervalSeconds: 1800,
};

const host = (changes: Partial<JudgedReports['host']>): Partial<JudgedReports> => ({
  host: { ...good.host, ...changes },
});
const facts = (changes: Partial<typeof FACTS>): Partial<JudgedReports> => ({ facts: { ...FACTS, ...changes } });
const counts = (changes: Partial<typeof NONE>): Partial<JudgedReports> => ({ counts: { ...NONE, ...changes } });

const cases: readonly [what: string, Partial<JudgedReports>, readonly string[]][] = [
  ['a host with nothing to be said', {}, []],
  ['one that waits', host({ state: 'pending', reason: 'no token' }), ['pending: no token']],
  ['a relay, which has no lists', host({ kind: 'relay', lastSeenAt: NOW - MINUTE }), []],
  ['a relay that nobody has heard of', host({ kind: 'relay', lastSeenAt: null }), ['has not been heard of yet']],
  [
    'a relay that is silent',
    host({ kind: 'relay', lastSeenAt: NOW - 6 * MINUTE }),
    ['silent since 2027-01-15 11:54 UTC'],
  ],
  [
    'one that was found twice, whatever it reported',
    { ...host({ state: 'quarantined' }), ...counts({ held: 1 }) },
    ['quarantined'],
  ],
  ['one that was revoked', host({ state: 'revoked', reason: 'sold' }), ['revoked: sold']],
  [
    'one that never came',
    { ...host({ lastSeenAt: null, nextDueAt: null }), facts: undefined, counts: undefined },
    ['has not checked in yet'],
  ],
  [
    'one that came and reported nothing yet',
    { facts: undefined, counts: undefined },
    ['has not reported its facts and lists yet'],
  ],
  ['one whose lists are on their way', { counts: undefined }, ['has not reported its lists yet']],
  [
    'one whose packages have changed since',
    host({ announcedInstalled: 'j' }),
    ['has not reported its new list of packages yet'],
  ],
  [
    'one that was not asked yet, or whose documents were refused',
    host({ announcedCandidates: 'd', announcedFacts: 'g' }),
    ['has not reported its new facts and new list of candidates yet'],
  ],
  ['one that reports without announcing', host({ announcedInstalled: '' }), []],
  ['one that missed one check-in', host({ nextDueAt: NOW - 29 * MINUTE }), []],
  ['one that missed two', host({ nextDueAt: NOW - 31 * MINUTE }), ['silent since 2027-01-15 11:50 UTC']],
  [
    'a package system that is not in order',
    facts({ broken: ['foo is half-configured', 'bar'] }),
    ['broken packages: foo is half-configured, and 1 more'],
  ],
  ['packages that are flagged as broken', counts({ broken: 2 }), ['2 packages broken']],
  [
    'both',
    { ...facts({ broken: ['foo is half-configured'] }), ...counts({ broken: 1 }) },
    ['broken packages: foo is half-configured'],
  ],
  ['a job that failed', { failedJob: 'job 3 (repair) has failed here: no' }, ['job 3 (repair) has failed here: no']],
  ['a check that failed', facts({ troubles: [{ what: 'apt', message: 'locked' }] }), ['apt: locked']],
  [
    'outdated packages',
    counts({ outdated: 3, security: 1 }),
    ['1 package with a security update', '3 packages outdated'],
  ],
  ['held packages', counts({ held: 1 }), ['1 package held']],
  ['packages that are kept back', counts({ keptBack: 2 }), ['2 packages kept back']],
  ['phased updates', counts({ phased: 1 }), ['1 package waiting for a phased update']],
  [
    'a restart that is due',
    facts({ rebootReasons: ['linux-image-amd64'] }),
    ['needs a restart (boot b0071d00): linux-image-amd64'],
  ],
  ['one that was restarted since', { ...facts({ rebootReasons: ['linux'] }), ...host({ bootId: 'cccccccc' }) }, []],
  [
    'lists of two days ago',
    facts({ listsUpdatedAt: NOW / 1000 - 2 * 86_400 }),
    ["its repositories' lists are of 2027-01-13 12:00 UTC"],
  ],
  [
    'lists of today, by a clock that is two days behind',
    { ...facts({ listsUpdatedAt: NOW / 1000 - 2 * 86_400 }), ...host({ clockOffset: -2 * 86_400 }) },
    ['its clock is 2 days behind'],
  ],
  [
    'lists of today, and a clock that is two days ahead since',
    host({ clockOffset: 2 * 86_400 }),
    ['its clock is 2 days ahead'],
  ],
  ['lists that were never fetched', { facts: sampleFacts }, ['has never fetched the lists of its repositories']],
  [
    'lists of an impossible time',
    facts({ listsUpdatedAt: -Number.MAX_SAFE_INTEGER }),
    ["its repositories' lists are of an impossible time"],
  ],
  ['a clock that is four minutes ahead', host({ clockOffset: 240 }), []],
  ['a clock that is six minutes behind', host({ clockOffset: -360 }), ['its clock is 6 minutes behind']],
  ['a clock that is a day ahead', host({ clockOffset: 86_400 }), ['its clock is 24 hours ahead']],
  [
    'one that came when the server was a day ahead',
    host({ lastSeenAt: NOW + 1440 * MINUTE, nextDueAt: NOW + 1470 * MINUTE, clockOffset: -86_400 }),
    ["last seen at a time that is still to come (2027-01-16 12:00 UTC), as this server's clock was ahead"],
  ],
  ['a clock of 1970', host({ clockOffset: -1_800_000_000 }), ['its clock is 20833 days behind']],
];

for (const [what, changes, texts] of cases) {
  test(`${what}: ${texts.length === 0 ? 'up to date' : texts.join('; ')}`, () => {
    const findings = judgeHost({ ...good, ...changes });
    assert.deepEqual(
      findings.map(({ text }) => text),
      texts,
    );
    assert.equal(isUpToDate(findings), texts.length === 0);
  });
}
