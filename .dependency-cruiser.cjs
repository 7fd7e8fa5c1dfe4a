/** Who may import what: the table of the architecture, one rule a line of it. */
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })
const path = (...patterns) => ({ path: patterns })

const tests = '\\.(test|e2e|stories|fixture)\\.ts$'
const production = (folder) => ({ path: folder, pathNot: [tests, '/testing/', '/test/'] })
const atRunTime = { dependencyTypesNot: ['type-only', 'type-import'] }

const contract = 'packages/sdk/src/contract/'
const dataFiles = [`${contract}(kit|describe|events|problems|routes|paths)\\.ts$`, `${contract}[a-z-]+/(routes|paths)\\.ts$`]
const feature = '^packages/platform/src/features/'
const pure = '/(call-lifecycle|call-tariff|ledger-entry)\\.ts$'

module.exports = {
  forbidden: [
    rule('no-circular', 'A circle has no bottom: nobody can read it from one end.', {}, { circular: true, viaOnly: atRunTime }),
    rule('no-unresolvable', 'What is imported must exist.', {}, { couldNotResolve: true }),
    rule(
      'routes-are-data',
      'Browsers load the routes: they import nothing at run time but each other.',
      { path: dataFiles },
      { pathNot: dataFiles, ...atRunTime },
    ),
    rule(
      'sdk-without-zod',
      'zod stays behind the entry /contract.',
      { ...production('^packages/sdk/src/'), pathNot: [contract, tests] },
      { path: ['node_modules/zod/', `${contract}.+/schemas\\.ts$`, `${contract}(schemas|shapes)\\.ts$`], ...atRunTime },
    ),
    rule('sdk-for-browsers', 'The SDK runs in browsers.', production('^packages/sdk/src/'), { dependencyTypes: ['core'] }),
    rule('sdk-alone', 'The SDK depends on no other package of ours.', path('^packages/sdk/'), path('^packages/(widgets|platform)/')),
    rule('widgets-know-the-sdk', 'Widgets use Lit and the public entry of the SDK.', production('^packages/widgets/src/'), {
      pathNot: ['^packages/widgets/src/', '^packages/sdk/src/index\\.ts$', 'node_modules/(lit|@lit|lit-html|lit-element|react)/'],
      ...atRunTime,
    }),
    rule(
      'react-stays-apart',
      'Elements and platform know nothing of React: only its wrappers do.',
      { path: '^packages/', pathNot: '^packages/widgets/src/(react/|testing/react-page)' },
      { path: ['node_modules/(react|react-dom|@lit/react|@types/react)/', '^packages/widgets/src/react/'] },
    ),
    rule(
      'react-one-by-one',
      'A component brings its own element and no other, so that a page can load them one by one.',
      { path: '^packages/widgets/src/react/([a-z-]+)\\.ts$', pathNot: ['/react/index\\.ts$', tests] },
      {
        path: '^packages/widgets/src/(elements|session|react)/',
        pathNot: ['/(elements|session)/(ihc-)?$1[./]', '/react/(component|sent-events)\\.ts$'],
      },
    ),
    rule('sdk-internals', 'Packages meet at published entries.', path('^packages/(widgets|platform)/', '^examples/'), {
      path: '^packages/sdk/',
      pathNot: ['^packages/sdk/src/(index|server|contract/index)\\.ts$'],
    }),
    rule(
      'feature-doors',
      'Another feature is entered through its index.',
      { path: `${feature}([^/]+)/` },
      { path: feature, pathNot: [`${feature}$1/`, `${feature}[^/]+/index\\.ts$`] },
    ),
    rule(
      'features-know-ports',
      'Use cases speak to ports: which adapter stands behind them is said in app.ts.',
      { ...production(feature) },
      {
        path: [
          '^packages/platform/src/providers/',
          '^packages/platform/sandbox/',
          '^packages/platform/src/(app|main|cli)\\.ts$',
          'node_modules/(koa|twilio|redis)/',
        ],
        pathNot: '^packages/platform/src/providers/[^/]+/port\\.ts$',
        ...atRunTime,
      },
    ),
    rule(
      'pure-files',
      'Pure files compute, and know only the base.',
      { path: pure, pathNot: tests },
      { pathNot: [`^packages/platform/src/base/`, '^packages/sdk/src/contract/', pure], ...atRunTime },
    ),
    rule('base-is-the-bottom', 'The base does no I/O and knows nobody above it.', production('^packages/platform/src/base/'), {
      path: '^packages/platform/',
      pathNot: '^packages/platform/src/base/',
    }),
    rule('providers-alone', 'An adapter knows the base and its own folder.', production('^packages/platform/src/providers/'), {
      path: ['^packages/platform/src/(features|db|jobs|realtime|embedded)/', '^packages/platform/sandbox/'],
    }),
    rule(
      'sandbox-alone',
      'A sandbox that shares a line with our adapter would be wrong together with it.',
      path('^packages/platform/sandbox/'),
      path('^packages/platform/(src|test)/'),
    ),
    rule(
      'sandbox-unknown',
      'Only the embedded start knows that sandboxes exist.',
      {
        ...production('^packages/platform/src/'),
        pathNot: [tests, '^packages/platform/src/(main|app|cli|run-platform)\\.ts$', '^packages/platform/src/embedded/'],
      },
      path('^packages/platform/sandbox/'),
    ),
    rule(
      'tests-stay-out',
      'What runs imports no test.',
      { path: '^packages/', pathNot: [tests, '/test/', '/testing/', '/bench/', '\\.storybook/'] },
      { path: [tests, '^packages/platform/test/', '^packages/sdk/test/', '/src/testing/'] },
    ),
    rule('examples-use-entries', 'An example imports what a customer could.', path('^examples/'), path('^packages/platform/')),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['/dist/', '/storybook-static/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.lint.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['source', 'import', 'node', 'default'] },
  },
}
