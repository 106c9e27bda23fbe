// `--server URL`. In: text. Out: scheme, host and port, as sessions are found by. Never: connects.
import { UserError } from '../../lib/errors.ts';

/** @throws UserError (exit code 2) that shows how */
export function parseServerUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && url.protocol === 'https:' && url.username === '' && url.password === '') return url.origin;
  throw new UserError(`--server ${text.slice(0, 200)} is not a URL of HTTPS without a name and password in it`, {
    exitCode: 2,
    hint: '--server https://fleet.example:8443',
  });
}
