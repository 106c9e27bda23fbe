// Long answers, page by page. In: a question that takes `after`. Out: each page. Never: more than one at a time.

export async function* readPages<P extends { readonly next?: string }>(
  ask: (page: { readonly after?: string }) => Promise<P>,
): AsyncGenerator<P> {
  let page = await ask({});
  yield page;
  while (page.next !== undefined) {
    page = await ask({ after: page.next });
    yield page;
  }
}

/** One answer as the operation describes it, with the lists of all pages. */
export async function readWhole<
  K extends string,
  P extends { readonly next?: string } & Readonly<Record<K, readonly unknown[]>>,
>(list: K, ask: (page: { readonly after?: string }) => Promise<P>): Promise<Omit<P, 'next'>> {
  const pages = await Array.fromAsync(readPages(ask));
  const { next: _, ...last } = pages.at(-1) as P;
  return { ...last, [list]: pages.flatMap((page) => page[list]) };
}
