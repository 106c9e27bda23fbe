// The folders are the architecture: imports go downwards only (docs/architecture.md).
const folders = [
  'bin',
  'rehearse',
  'service',
  'site',
  'installer',
  'netboot',
  'os-images',
  'packagelink',
  'partition-specs',
  'machdb',
  'contract',
  'lib',
  'test',
  'bench',
];
const mayImport = {
  rehearse: ['site', 'netboot', 'service', 'contract', 'lib'],
  service: ['packagelink', 'lib'],
  site: ['machdb', 'packagelink', 'os-images', 'partition-specs', 'lib', 'contract'],
  installer: ['partition-specs', 'packagelink', 'contract', 'lib'],
  netboot: ['site', 'machdb', 'os-images', 'packagelink', 'contract', 'lib'],
  'os-images': ['packagelink', 'lib'],
  packagelink: ['lib'],
  'partition-specs': ['lib'],
  machdb: ['lib'],
  contract: ['lib'],
  lib: [],
};
const why = {
  rehearse: 'A rehearsal drives the same server and the same machine as metal; it never reaches into the installer.',
  service: 'Users, rights and units: it knows where the state lies, not what is served.',
  site: 'The site combines the modules; only servers and commands stand above it.',
  installer: 'The installer runs in a small ramdisk: it knows the contract, not the server.',
  netboot: 'The server never plans disks; it hands out what the site says.',
  'os-images': 'An image is a package like any other.',
  packagelink: 'Package trees know nothing of machines, so that they can be reused on a file server.',
  'partition-specs': 'Pure planning, testable without a disk.',
  machdb: 'The database language knows no consumer; checks are injected.',
  contract: 'Both ends of the wire import it, so it imports neither.',
  lib: 'The bottom.',
};
const layers = Object.entries(mayImport).map(([folder, allowed]) => ({
  name: `layer-${folder}`,
  severity: 'error',
  comment: why[folder],
  from: { path: `^${folder}/` },
  to: { path: `^(${folders.filter((f) => f !== folder && !allowed.includes(f)).join('|')})/` },
}));

// Rooms: folders of a folder, bottom first. Each may import what stands in its line, and itself; nothing else of its house.
const rooms = {
  packagelink: {
    native: [[], 'Calls of the C library that Node does not have. It knows no package.'],
    package: [[], 'What a package says: paths, rules, templates, commands, the manifest. No file is opened.'],
    tree: [['package'], 'What a target should have, and what was laid down, as data. No file is opened.'],
    filesystem: [['native', 'package', 'tree'], 'Safe acts below a root: nothing here follows a link out of it.'],
    contents: [
      ['package', 'tree'],
      'Where bytes come from: stores, packs, directories. Each is checked by its digest.',
    ],
    manifests: [
      ['package', 'tree', 'contents'],
      'From a manifest to bytes and back, signed; deltas between two of them.',
    ],
    store: [
      ['filesystem', 'package', 'contents', 'manifests'],
      'The published directory, what is pinned in it and what may go.',
    ],
    publish: [
      ['native', 'package', 'tree', 'filesystem', 'contents', 'manifests', 'store'],
      'From a directory to the store.',
    ],
    merge: [['package', 'tree'], 'From packages to one tree, and why it is so. No file is opened, no target is known.'],
    state: [['package', 'tree'], 'The database of a target: what was laid down, what is kept, what is owed.'],
    fit: [
      ['package', 'tree', 'filesystem', 'contents'],
      'A merged tree, fitted to one target: its accounts, its mounts, what its templates come to.',
    ],
    threads: [['compare', 'full'], 'A second thread, and what it can do.'],
    compare: [
      ['native', 'package', 'tree', 'filesystem', 'state', 'threads'],
      'Whether a target is as it was left. Writes nothing.',
    ],
    full: [
      ['native', 'package', 'tree', 'filesystem', 'contents', 'state', 'fit', 'threads'],
      'An empty target: everything is laid down.',
    ],
    partial: [
      ['native', 'package', 'tree', 'filesystem', 'contents', 'manifests', 'state', 'fit', 'compare'],
      'A running target: what differs is put right, in an order that survives a power cut.',
    ],
    commands: [['package', 'state', 'partial'], 'What runs after a change.'],
    link: [
      [
        'package',
        'tree',
        'filesystem',
        'contents',
        'manifests',
        'store',
        'publish',
        'merge',
        'state',
        'fit',
        'compare',
        'partial',
        'commands',
      ],
      'packagelink(8), packageunlink(8) and packagecheck(8): packages on any directory, without a machine database.',
    ],
    testing: [
      ['package', 'contents', 'manifests', 'store', 'publish'],
      'Small packages, trees and stores for tests; only tests import it.',
    ],
  },
};
/** What other folders may import of a house that has rooms; whole rooms end in a slash. */
const entries = {
  packagelink: [
    'native/',
    'package/',
    'commands/apply-with-commands.ts',
    'commands/plan-after.ts',
    'commands/read-place.ts',
    'commands/run-after.ts',
    'compare/is-settled.ts',
    'contents/fetch.ts',
    'contents/read-source.ts',
    'filesystem/confined-directory.ts',
    'fit/name-owners.ts',
    'full/apply-full.ts',
    'full/lay-in-threads.ts',
    'link/check-target.ts',
    'link/link-packages.ts',
    'link/linked-target.ts',
    'link/merge-onto-target.ts',
    'link/read-named-package.ts',
    'manifests/diff-manifests.ts',
    'manifests/keys.ts',
    'manifests/manifest-cache.ts',
    'manifests/read-manifest.ts',
    'merge/explain-path.ts',
    'merge/format-path-explanation.ts',
    'merge/merge.ts',
    'merge/near-paths.ts',
    'merge/tree-shape.ts',
    'partial/apply-partial.ts',
    'partial/find-update.ts',
    'partial/partial-plan.ts',
    'partial/restore-version.ts',
    'publish/publish.ts',
    'publish/read-tree-package.ts',
    'state/after-journal.ts',
    'state/history.ts',
    'state/linked-packages.ts',
    'store/collect-garbage.ts',
    'store/find-manifest.ts',
    'store/pins.ts',
    'store/plan-gc.ts',
    'store/store.ts',
    'store/verify-store.ts',
    'tree/compare-entries.ts',
    'tree/fat-targets.ts',
    'tree/retention.ts',
    'tree/tree.ts',
  ],
};
const escape = (text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
const roomRules = Object.entries(rooms).flatMap(([house, its]) => [
  ...Object.entries(its).map(([room, [allowed, comment]]) => ({
    name: `room-${house}-${room}`,
    severity: 'error',
    comment,
    from: { path: `^${house}/${room}/`, pathNot: '\\.test\\.ts$' },
    to: { path: `^${house}/`, pathNot: `^${house}/(${[room, ...allowed].join('|')})/` },
  })),
  {
    name: `entries-of-${house}`,
    severity: 'error',
    comment: `What others may use of ${house}/ is named here, so that the rest can change without them.`,
    from: {
      path: `^(${folders.filter((folder) => !['test', 'bench', house].includes(folder)).join('|')})/`,
      pathNot: '\\.test\\.ts$',
    },
    to: { path: `^${house}/`, pathNot: `^${house}/(${entries[house].map(escape).join('|')})` },
  },
]);
const ioModules =
  '^(node:)?(ffi|fs|fs/promises|child_process|net|dgram|http|https|sqlite|os)$|node_modules/(execa|express|tftp|dhcp|systeminformation)/';
export default {
  forbidden: [
    ...layers,
    ...roomRules,
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'A cycle has no bottom.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'pure-planning',
      severity: 'error',
      comment:
        'Plans, decisions, specs, renderers and protocols are data in, data out: no I/O, so that every outcome can be tested and shown before it happens.',
      from: { path: '(^|/)(plan-[^/]*|decide[^/]*|spec[^/]*|render/.*|protocol/.*)\\.ts$', pathNot: '\\.test\\.ts$' },
      to: { path: ioModules },
    },
    {
      name: 'installer-without-express',
      severity: 'error',
      comment: 'The ramdisk carries no HTTP server.',
      from: { path: '^installer/' },
      to: { path: 'node_modules/express/' },
    },
    {
      name: 'not-to-test',
      severity: 'error',
      comment: 'Tests are not shipped.',
      from: { pathNot: '^(test|bench)/|\\.test\\.ts$' },
      to: { path: '^test/|\\.test\\.ts$' },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'An import that resolves to nothing. Of node:ffi the tool does not know yet that it is a part of Node.',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(node:)?ffi$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: '^node_modules/(?!.*(execa|express|tftp|dhcp|systeminformation))',

    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs', '.json'] },
  },
};
