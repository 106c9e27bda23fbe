import type { NetworkInterface } from '../../network-specs/network.ts';
import { matchLines } from './networkd-match.ts';
import type { Section } from './networkd-section.ts';

/** The name of a card, where the site gives it one; the others stay as alternatives. @see systemd.link(5) */
export function linkSections(each: NetworkInterface, options: { readonly isStacked: boolean }): Section[] {
  if (each.device.kind !== 'card' || each.name === undefined) return [];
  return [
    { name: 'Match', lines: matchLines(each, options) },
    { name: 'Link', lines: [`Name=${each.name}`, 'AlternativeNamesPolicy=database onboard slot path'] },
  ];
}
