// `--listen ADDRESS:PORT`. In: text. Out: both. Never: asks a name server.
import { isIP } from 'node:net';
import { UserError } from '../lib/errors.ts';

/** An address of IPv6 stands in brackets. @throws UserError (exit code 2) that shows how */
export function parseListen(text: string): { readonly address: string; readonly port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const address = match?.[1] ?? match?.[2] ?? '';
  const port = Number(match?.[3]);
  if (match !== null && isIP(address) !== 0 && port <= 65_535) return { address, port };
  throw new UserError(`--listen ${text} is not an address and a port`, {
    exitCode: 2,
    hint: '--listen 0.0.0.0:8443, or --listen [::]:8443 for IPv6 as well',
  });
}
