// What a kind of repository has to say: which of its files name others, and with which checksums. One file for each kind; the
// cache itself does not ask which one it has. Never: I/O.

/** A file that a head names: a list of packages, translations, groups. */
export type IndexEntry = {
  /** From the root of the origin; no `..`, no slash at the beginning. */
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** What stays the same when the head is renewed: the part that this file has in it. */
  readonly role: string;
  /** Where it is fetched, where that is a surer place than `path`. */
  readonly fetchPath: string;
};

/** A package, as a list names it. */
export type PackageEntry = Pick<IndexEntry, 'path' | 'sha256' | 'sizeBytes'>;

export type Chunks = AsyncIterable<Uint8Array>;

export type IndexKind = {
  /** The signed file by which all others are known, if this is it or one of its companions. */
  readonly headOf: (path: string) => string | undefined;
  /** Files that are good only together with this head, and need not be there: its signature. */
  readonly companionsOf: (head: string) => readonly string[];
  /** @throws Error if the text is no head, in words */
  readonly parseHead: (text: string, head: string) => readonly IndexEntry[];
  /** The SHA-256 of a file whose name says it. */
  readonly hashIn: (path: string) => string | undefined;
  /** Whether it names packages, and is to be there even if no host asks for it. */
  readonly listing: (entry: Pick<IndexEntry, 'role' | 'path'>) => 'no' | 'if-asked-for' | 'always';
  /** @param chunks the list, unpacked @throws Error if it cannot be read */
  readonly readPackages: (chunks: Chunks, head: string) => AsyncGenerator<PackageEntry>;
};
