import js from '@eslint/js'
import tseslint from 'typescript-eslint'

const tests = ['**/*.test.ts', '**/*.fixture.ts', '**/*.e2e.ts', '**/test/**/*.ts', 'packages/widgets/src/testing/**/*.ts']
const stories = ['**/*.stories.ts', '**/.storybook/**/*.ts']
const tools = ['*.config.ts', 'scripts/**/*.ts', 'packages/platform/bench/**/*.ts', 'examples/**/*.ts']

const noDefault = { selector: 'ExportDefaultDeclaration', message: 'Name what you export: a name can be searched for.' }
const noNamedZod = {
  selector: "ImportDeclaration[source.value='zod'] > :matches(ImportSpecifier, ImportDefaultSpecifier)",
  message: "Write import * as z from 'zod': only that is shaken out.",
}
const noTypeAny = { selector: 'TSAsExpression > TSAnyKeyword', message: 'Parse it, or say what it is.' }

/** Arithmetic with coins and the table of call states: the same input always gives the same answer. */
const pure = ['call-lifecycle', 'call-tariff', 'ledger-entry'].map((name) => `packages/platform/src/**/${name}.ts`)

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/',
      '**/dist/',
      '**/storybook-static/',
      '**/.data*/',
      '.node/',
      '.husky/_/',
      '**/*.js',
      '**/*.mjs',
      '**/*.cjs',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { project: './tsconfig.lint.json', tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', { max: 350, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true, IIFEs: true }],
      eqeqeq: 'error',
      'no-param-reassign': 'error',
      'no-restricted-syntax': ['error', noDefault, noNamedZod, noTypeAny],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Settings are read once, in config/settings.ts.' },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off', // an arrow that only calls something reads well
      '@typescript-eslint/no-meaningless-void-operator': 'off', // … and `void` says that the answer is not wanted
      '@typescript-eslint/unbound-method': 'off', // parts are objects made of closures, and handed on piece by piece
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off', // `void` is a proper answer of a route without a body
      'no-control-regex': 'off', // refusing control characters means naming them
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/no-unnecessary-condition': 'off', // narrowing does not see what happens during an await
      '@typescript-eslint/no-generated-empty-object-type': 'off', // rows of which the database fills in every column
      // Ports are asynchronous even where one implementation has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // `satisfies` and inference make the argument readable where it is; the rule counts uses only.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  {
    files: ['packages/{sdk,widgets}/src/**/*.ts', 'packages/platform/src/features/**/*.ts'],
    ignores: [...tests, ...stories],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['packages/platform/src/http/**/*.ts'],
    rules: { '@typescript-eslint/no-unsafe-return': 'off' }, // Koa's next() answers `any`, which is handed on unread
  },
  {
    files: pure,
    rules: {
      'no-restricted-syntax': [
        'error',
        noDefault,
        noNamedZod,
        noTypeAny,
        { selector: ':function[async=true]', message: 'This file is pure: it waits for nothing.' },
        {
          selector: "NewExpression[callee.name='Date'], CallExpression[callee.object.name='Date']",
          message: 'This file is pure: it has no clock.',
        },
      ],
    },
  },
  {
    files: [...tests, ...stories, ...tools, 'packages/platform/src/{config/settings,main,cli}.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: [...stories, ...tools],
    rules: { 'no-restricted-syntax': ['error', noNamedZod, noTypeAny] },
  },
  {
    files: ['packages/widgets/src/react/*.ts'], // React.lazy takes the default export
    rules: { 'no-restricted-syntax': ['error', noNamedZod, noTypeAny] },
  },
  {
    files: ['packages/platform/test/server/global-setup.ts'], // Vitest calls the default export
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: tests,
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off', // expect.any() and friends are `any`
    },
  },
)
