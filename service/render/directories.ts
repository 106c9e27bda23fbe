import { stateLayout } from '../state-layout.ts';

/** The state directory, with owners. @see tmpfiles.d(5) */
export function renderDirectories({ user, stateDir }: { readonly user: string; readonly stateDir: string }): string {
  const name = (owner: 'root' | 'service'): string => (owner === 'root' ? 'root' : user);
  return stateLayout
    .filter(({ made }) => made)
    .map(({ path, kind, mode, owner, group }) => {
      const at = path === '' ? stateDir : `${stateDir}/${path}`;
      return `${kind === 'directory' ? 'd' : 'f'} ${at} ${mode.toString(8).padStart(4, '0')} ${name(owner)} ${name(group)} -\n`;
    })
    .join('');
}
