import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideEnrolment } from './decide-enrolment.ts';
import type { EnrolmentFacts } from './decide-enrolment.ts';

const once = { kind: 'once', approves: false, isUsed: false, isExpired: false } as const;
const site = { ...once, kind: 'site' } as const;
const stranger = { state: 'pending', cameWithToken: false } as const;
const waiting = { state: 'pending', cameWithToken: true } as const;

const cases: readonly [what: string, Partial<EnrolmentFacts>, says: string][] = [
  ['no token', {}, 'wait: it came without an enrolment token'],
  ['a token for one host', { admission: once }, 'enrol'],
  ['a token of a site', { admission: site }, 'wait: the token of its site asks for an approval'],
  ['a token of a site that lets in', { admission: { ...site, approves: true } }, 'enrol'],
  ['a token that nobody made', { hasToken: true }, 'bad-token: there is no such enrolment token'],
  ['an expired one', { admission: { ...site, isExpired: true } }, 'bad-token: the enrolment token has expired'],
  [
    'one that was used',
    { admission: { ...once, isUsed: true } },
    'bad-token: the enrolment token has let another host in already; it is good for one',
  ],
  ['a name that is taken', { admission: once, nameHolder: 'h' }, 'wait: the name web1 is that of host h'],
  ['a name that is taken, without a token', { nameHolder: 'h' }, 'wait: the name web1 is that of host h'],
  ['a host that is enrolled', { known: { state: 'enrolled', cameWithToken: true }, admission: once }, 'known'],
  [
    'one that was revoked, with a good token',
    { known: { state: 'revoked', cameWithToken: true }, admission: once },
    'known',
  ],
  ['one that is quarantined', { known: { state: 'quarantined', cameWithToken: true }, admission: once }, 'known'],
  ['one that waits, again', { known: stranger }, 'known'],
  ['one that waits, with a token now', { known: stranger, admission: once }, 'enrol'],
  [
    'one that waits, with a token of a site now',
    { known: stranger, admission: site },
    'wait: the token of its site asks for an approval',
  ],
  ['one that waits with a token of a site, again', { known: waiting, admission: site }, 'known'],
  [
    'one that waits for its name, with its own used token',
    { known: waiting, admission: { ...once, isUsed: true } },
    'known',
  ],
  [
    'one that waits, with a wrong token',
    { known: stranger, hasToken: true },
    'bad-token: there is no such enrolment token',
  ],
];

for (const [what, facts, says] of cases) {
  test(`${what}: ${says}`, () => {
    const decision = decideEnrolment({ name: 'web1', hasToken: facts.admission !== undefined, ...facts });
    const why = 'reason' in decision ? `: ${decision.reason}` : 'why' in decision ? `: ${decision.why}` : '';
    assert.equal(`${decision.kind}${why}`, says);
  });
}
