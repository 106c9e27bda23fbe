// What who adopts a machine needs, as text. In: what the control socket answers. Out: lines. Never: I/O, the clock.
import type { ClaimAnswer } from '../../contract/control.ts';

/** The command to run on the machine, and the token that it asks for: not in the command, where others could read it. */
export function renderClaim({ name, macs, token, goodUntilMs, serverUrl, fingerprints }: ClaimAnswer): string {
  const keys = fingerprints.map((fingerprint) => ` --key ${fingerprint}`).join('');
  return `${name} (${macs.join(' ')}) may be adopted once, until ${new Date(goodUntilMs).toISOString()}

  on ${name}:       gutinteg adopt --server ${serverUrl}${keys}
  one-time token:   ${token}

gutinteg adopt shows what it would change, and asks for the token; gutinteg agent FILE makes the program to bring there.
`;
}
