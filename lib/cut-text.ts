// Text from strangers, made short and harmless for logs and timelines. In: any text. Out: a short text. Pure.

/** At most so many bytes of UTF-8; what was cut off is an ellipsis. Control characters become spaces. */
export function cutText(text: string, maxBytes: number): string {
  const plain = text
    .slice(0, maxBytes)
    .replaceAll(/\p{Cc}/gu, ' ')
    .toWellFormed();
  if (text.length <= maxBytes && Buffer.byteLength(plain) <= maxBytes) return plain;
  const whole = Buffer.from(plain).subarray(0, maxBytes - Buffer.byteLength('…'));
  // A character that was cut in two is left out.
  return `${whole.toString().replace(/\uFFFD$/u, '')}…`;
}
