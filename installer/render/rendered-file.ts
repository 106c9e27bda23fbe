/** One rendered file, owned by root; `path` is absolute on the machine. */
export type RenderedFile = { readonly path: string; readonly mode: number; readonly content: string };
