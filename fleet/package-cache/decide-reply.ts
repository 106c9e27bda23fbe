// Whole, in part, or not modified. In: a file, the headers of a request. Out: a status, headers, bytes. Pure.
// See RFC 9110, sections 13 (conditions) and 14 (ranges).

export type Reply = {
  readonly status: 200 | 206 | 304 | 416;
  readonly headers: Readonly<Record<string, string | number>>;
  /** Both included; absent: no body. */
  readonly range?: { readonly start: number; readonly end: number };
};

/** Of a request. */
export type Conditions = {
  readonly [name in 'range' | 'if-range' | 'if-none-match' | 'if-modified-since']?: string | undefined;
};

type Representation = { readonly sha256: string; readonly sizeBytes: number; readonly lastModified: string };

/**
 * Dates are the same or not: which of two is newer says nothing about which a host should have. More than one range is answered by
 * the whole file.
 */
export function decideReply(file: Representation, asked: Conditions): Reply {
  const { sizeBytes, lastModified } = file;
  const etag = `"${file.sha256}"`;
  const common = { ETag: etag, 'Last-Modified': lastModified, 'Accept-Ranges': 'bytes' };
  if (isUnchanged(asked, etag, lastModified)) return { status: 304, headers: common };
  const headers = { ...common, 'Content-Type': 'application/octet-stream' };
  const ifRange = asked['if-range'];
  const isSame = ifRange === undefined || ifRange === etag || ifRange === lastModified;
  const range = isSame ? readRange(asked.range, sizeBytes) : 'whole';
  if (range === 'none') {
    return { status: 416, headers: { ...common, 'Content-Range': `bytes */${sizeBytes}`, 'Content-Length': 0 } };
  }
  if (range === 'whole') {
    const all = { start: 0, end: sizeBytes - 1 };
    return {
      status: 200,
      headers: { ...headers, 'Content-Length': sizeBytes },
      ...(sizeBytes > 0 ? { range: all } : {}),
    };
  }
  const { start, end } = range;
  const part = { 'Content-Range': `bytes ${start}-${end}/${sizeBytes}`, 'Content-Length': end - start + 1 };
  return { status: 206, headers: { ...headers, ...part }, range };
}

function isUnchanged(asked: Conditions, etag: string, lastModified: string): boolean {
  const tags = asked['if-none-match'];
  if (tags !== undefined) return tags.split(',').some((tag) => [etag, `W/${etag}`, '*'].includes(tag.trim()));
  return asked['if-modified-since'] === lastModified;
}

function readRange(text: string | undefined, size: number): 'whole' | 'none' | { start: number; end: number } {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(text ?? '') ?? [];
  if (from === '' && to === '') return 'whole';
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(to) < start) return 'whole';
  return start >= size || end < start ? 'none' : { start, end };
}
