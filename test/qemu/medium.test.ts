// Sticks and CDs: without a server, with one, and for another machine. `npm test` runs the first.
import { test } from 'node:test';
import { howMany } from '../helpers/how-many.ts';
import { askFromUrl, installOffline, installOnline, leaveAlone } from './medium.ts';

const CASES: readonly [name: string, run: () => Promise<void>][] = [
  [
    'a stick that Secure Boot has to accept installs a machine while no server is there, once',
    () => installOffline('stick-secure', { firmware: 'secure', media: 'stick' }),
  ],
  ['so does one with a BIOS', () => installOffline('stick-bios', { firmware: 'bios', media: 'stick' })],
  ['so does a CD with a BIOS', () => installOffline('cd-bios', { firmware: 'bios', media: 'cd' })],
  [
    'so does a CD that Secure Boot has to accept',
    () => installOffline('cd-secure', { firmware: 'secure', media: 'cd' }),
  ],
  [
    'so does the URL of an image, with Secure Boot',
    () => installOffline('url-secure', { firmware: 'secure', media: 'http' }),
  ],
  [
    'a CD asks the server, which leaves the machine alone until it is armed',
    () => installOnline('cd-uefi', { firmware: 'uefi', media: 'cd' }),
  ],
  [
    'the image behind a URL of UEFI HTTP boot asks it, too',
    () => askFromUrl('url-uefi', { firmware: 'uefi', media: 'http' }),
  ],
  [
    'a stick for another machine changes nothing',
    () => leaveAlone('foreign-stick', { firmware: 'secure', media: 'stick' }),
  ],
];

for (const [name, run] of CASES.slice(0, howMany({ few: 1, all: CASES.length }))) test(name, run);
