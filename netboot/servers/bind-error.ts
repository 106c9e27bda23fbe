import { UserError } from '../../lib/errors.ts';

/** One line for a port that cannot be had, with what to do about it. */
export function bindError(error: unknown, place: { service: string; address: string; port: number }): UserError {
  const { service, address, port } = place;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const opening = `${service}: opening port ${port} on ${address}`;
  const protocol = service === 'HTTP' ? 't' : 'u';
  switch (code) {
    case 'EADDRINUSE':
      return new UserError(`${opening}: another program has it`, { hint: `ss -${protocol}lpn sport = :${port}` });
    case 'EADDRNOTAVAIL':
      return new UserError(`${opening}: this computer has no such address`, {
        hint: 'ip -4 address; then set address: in site.yaml',
      });
    case 'EACCES':
    case 'EPERM':
      return new UserError(`${opening}: ports below 1024 need CAP_NET_BIND_SERVICE`, {
        hint: 'sudo gutinteg serve, which keeps it when it stops being root',
      });
    default:
      return new UserError(opening, { cause: error });
  }
}
