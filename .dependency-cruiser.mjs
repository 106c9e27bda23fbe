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
const ioModules =
  '^(node:)?(ffi|fs|fs/promises|child_process|net|dgram|http|https|sqlite|os)$|node_modules/(execa|express|tftp|dhcp|systeminformation)/';
export default {
  forbidden: [
    ...layers,
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
