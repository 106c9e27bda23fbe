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
