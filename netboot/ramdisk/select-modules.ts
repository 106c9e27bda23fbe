// Chooses kernel modules. In: the text of modules.dep and the wanted folders. Out: file names. Never: I/O.

/** The kernel's modules and what each needs loaded before it; paths as in modules.dep, `kernel/fs/ext4/ext4.ko`. */
export type ModuleDependencies = ReadonlyMap<string, readonly string[]>;

/**
 * Reads depmod's modules.dep: `kernel/fs/ext4/ext4.ko: kernel/lib/crc16.ko kernel/fs/jbd2/jbd2.ko`.
 * @see modules.dep(5)
 */
export function parseModulesDep(text: string): ModuleDependencies {
  const lines = text.split('\n').filter((line) => line.includes(':'));
  return new Map(
    lines.map((line) => {
      const [module = '', needs = ''] = line.split(':');
      return [module, needs.split(' ').filter((path) => path !== '')];
    }),
  );
}

export type ModuleSelection = {
  readonly dependencies: ModuleDependencies;
  /** Folders with a final slash or single modules, below `kernel/`. */
  readonly wanted: readonly string[];
  readonly excluded: readonly string[];
};

/**
 * The selected modules with everything they depend on, sorted.
 * `missing` names selections that match no module of this kernel: a renamed driver must not vanish silently.
 */
export function selectModules(selection: ModuleSelection): { modules: string[]; missing: string[] } {
  const all = [...selection.dependencies.keys()];
  const excluded = new Set(selection.excluded.map((path) => `kernel/${path}`));
  const missing: string[] = [];
  const chosen = new Set<string>();
  for (const entry of selection.wanted) {
    const path = `kernel/${entry}`;
    const matches = all.filter((module) => (entry.endsWith('/') ? module.startsWith(path) : module === path));
    if (matches.length === 0) missing.push(entry);
    for (const module of matches) {
      if (excluded.has(module)) continue;
      chosen.add(module);
      // modules.dep lists the whole chain already, not only the next link.
      for (const needed of selection.dependencies.get(module) ?? []) chosen.add(needed);
    }
  }
  return { modules: [...chosen].sort(), missing };
}
