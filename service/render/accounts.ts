/** The server's user and group. @see sysusers.d(5) */
export function renderAccounts({ user, stateDir }: { readonly user: string; readonly stateDir: string }): string {
  return `u ${user} - "gutinteg server" ${stateDir} -\n`;
}
