// The selector that `--all` stands for. In: nothing. Out: it, and how people read it.
export const EVERY_HOST = 'name~*';

export const selectorText = (selector: string): string => (selector === EVERY_HOST ? 'every host' : selector);
