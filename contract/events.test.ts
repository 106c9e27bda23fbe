import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENTS_VERSION, parseEvents } from './events.ts';

const MESSAGE = { kind: 'message', text: 'hello' };
const NEWER = { version: EVENTS_VERSION + 1 };

const UNDERSTOOD: readonly { name: string; posted: unknown; events: unknown }[] = [
  { name: 'a machine of the version before, which says none', posted: { events: [MESSAGE] }, events: [MESSAGE] },
  { name: 'one of this version', posted: { version: EVENTS_VERSION, events: [MESSAGE] }, events: [MESSAGE] },
  {
    name: 'a newer one: fields that are not known are ignored',
    posted: { ...NEWER, host: 'x', events: [{ ...MESSAGE, colour: 'red' }] },
    events: [MESSAGE],
  },
  {
    name: 'a newer one: kinds that are not known are kept as text, in their place',
    posted: { ...NEWER, events: [MESSAGE, { kind: 'fan', rpm: 900 }, MESSAGE] },
    events: [MESSAGE, { kind: 'unknown', name: 'fan', text: '{"rpm":900}' }, MESSAGE],
  },
];
for (const { name, posted, events } of UNDERSTOOD) {
  test(`understood: ${name}`, () => assert.deepEqual(parseEvents(posted, 'events'), events));
}

const REFUSED: readonly { name: string; posted: unknown; why: RegExp }[] = [
  {
    name: 'a kind that is not known, without a version',
    posted: { events: [{ kind: 'fan' }] },
    why: /events: event 0: 1 fault/,
  },
  { name: 'the same of this version', posted: { version: EVENTS_VERSION, events: [{ kind: 'fan' }] }, why: /event 0/ },
  {
    name: 'a known kind that does not fit, of a newer one',
    posted: { ...NEWER, events: [MESSAGE, { kind: 'message' }] },
    why: /event 1: 1 fault/,
  },
  { name: 'something without a kind, of a newer one', posted: { ...NEWER, events: [{}] }, why: /event 0/ },
  {
    name: 'the word for kinds that are not known, of this version',
    posted: { events: [{ kind: 'unknown', name: 'x', text: 'y' }] },
    why: /event 0/,
  },
  { name: 'a version that is not a number', posted: { version: 'new', events: [] }, why: /version/ },
  { name: 'too many', posted: { events: Array.from({ length: 1001 }, () => MESSAGE) }, why: /events/ },
];
for (const { name, posted, why } of REFUSED) {
  test(`refused: ${name}`, () =>
    assert.throws(() => parseEvents(posted, 'events'), { name: 'FaultsError', message: why }));
}
