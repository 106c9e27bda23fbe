/** The first line of every file that is rendered from the record. */
export const HEADER =
  '# Written by gutinteg from the machine database; a change made here is undone by the next run.\n';
