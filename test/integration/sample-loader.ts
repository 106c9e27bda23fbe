/** As large as iPXE, and no two of its blocks alike. */
export const SAMPLE_LOADER: Uint8Array = Uint8Array.from(
  { length: 70_001 },
  (_, index) => (index * 2_654_435_761) >>> 24,
);
