// Pages of docs/ whose examples are run. In: the text of a page. Out: its blocks, and the questions in them.

export type Block = { readonly kind: string; readonly body: string };

/** A line behind `$ ` and everything below it, up to the next. */
export type Question = { readonly command: string; readonly answer: string };

/** The fenced blocks of a page, in order; `kind` is the word behind the fence. */
export function readBlocks(page: string): Block[] {
  return [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, kind = '', body = '']) => ({ kind, body }));
}

/** The commands of a `console` block, each with what it prints. */
export function readQuestions({ body }: Block): Question[] {
  return body
    .split(/^\$ /m)
    .slice(1)
    .map((question) => {
      const end = question.indexOf('\n');
      return { command: question.slice(0, end), answer: question.slice(end + 1) };
    });
}
