// The options of update-cluster-add, checked. In: what was typed. Out: values as they are written. Pure.
import { UserError } from '../lib/errors.ts';
import { isHostName, spellIp, spellMac } from './document/comparable-values.ts';
import type { HostValues } from './document/cluster-document.ts';

type HostOptions = { readonly [name in 'ip' | 'mac' | 'hostname' | 'notes' | 'bootmaster']?: string };

/**
 * Addresses in their one spelling, words with one space between them.
 * @throws UserError (exit code 2) with everything that is wrong, or when there is no address and no name
 */
export function parseHostOptions(options: HostOptions): HostValues {
  const problems: string[] = [];
  const check = (option: keyof HostOptions, parse: (text: string) => string | undefined, expected: string) => {
    const text = options[option];
    if (text === undefined) return {};
    const value = parse(text.trim());
    if (value === undefined) problems.push(`--${option} '${shown(text)}' is not ${expected}`);
    return value === undefined ? {} : { [option]: value };
  };
  const values = {
    ...check('ip', spellIp, 'an IP address, such as 192.168.0.1'),
    ...check('mac', spellCardMac, 'the MAC address of one card, such as AA:BB:C0:D2:E4:F6'),
    ...check('hostname', (text) => (isHostName(text) ? text : undefined), 'a host name: letters, digits, - _ and .'),
    // Empty means none: scripts write --notes "$NOTES", and --replace has no other way to take one away.
    ...check('notes', spellWords, 'made of words that XML can hold'),
    ...check('bootmaster', (text) => (text === '' ? '' : spellIp(text)), 'an IP address, such as 192.168.0.1'),
  };
  if (problems.length > 0) throw new UserError(problems.join('\n'), { exitCode: 2 });
  if (options.ip !== undefined || options.mac !== undefined || options.hostname !== undefined) return values;
  throw new UserError('a host needs --ip, --mac, --hostname', { exitCode: 2, hint: 'update-cluster-add --help' });
}

/** No card has the address of all zeros, or one of a group. */
function spellCardMac(text: string): string | undefined {
  const mac = spellMac(text);
  if (mac === undefined || mac === '00:00:00:00:00:00') return undefined;
  return (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1 ? undefined : mac;
}

function spellWords(text: string): string | undefined {
  const words = text.split(/\s+/).join(' ');
  return /[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(words) ? undefined : words;
}

function shown(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?').slice(0, 80);
}
