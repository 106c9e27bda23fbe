/** The mode that a path has in a checkout, whatever the archive says: 0755 for directories and what can be executed. */
export function usualMode({ type, mode }: { readonly type: string; readonly mode: number }): number {
  return type === 'directory' || (mode & 0o111) !== 0 ? 0o755 : 0o644;
}
