/** Ends a switch that has a case for every kind; TypeScript rejects the call as soon as one is missing. */
export function neverKind(value: never): never {
  throw new Error(`a kind that no case handles: ${JSON.stringify(value)}`);
}
