// What calls and answers of XML-RPC are made of. In: nothing. Out: types, and the codes of faults. Never: I/O.

/**
 * `int`, `i4`, `i8` and `double` are numbers, `dateTime.iso8601` is a Date in UTC, `base64` is bytes, and `nil`, an extension that
 * most libraries have, is null.
 * @see http://xmlrpc.com/spec.md
 */
export type Value = null | boolean | number | string | Date | Uint8Array | readonly Value[] | Struct;
export type Struct = { readonly [name: string]: Value };

/** The codes of Network Wide Updates. */
export const faultCodes = {
  generic: 1,
  'unknown-method': 2,
  denied: 3,
  'not-possible': 4,
  'not-found': 5,
  'invalid-parameters': 6,
} as const;

export type FaultKind = keyof typeof faultCodes;

/** Why a call was not done. */
export class RpcFault extends Error {
  override readonly name = 'RpcFault';
  readonly kind: FaultKind;

  constructor(kind: FaultKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Of every method about repositories. */
export const NO_REPOSITORIES = new RpcFault(
  'not-possible',
  'this server keeps no lists of repositories; the origin of each candidate says where it comes from',
);
