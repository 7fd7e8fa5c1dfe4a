import { existsSync } from 'node:fs'
import { storybookTest } from '@storybook/addon-vitest/vitest-plugin'
import { playwright } from '@vitest/browser-playwright'
import { configDefaults, defineConfig, type TestProjectConfiguration } from 'vitest/config'
import { OutcomeReporter } from './scripts/test-report.ts'

/** The packages run from their sources: what is tested is what is written, never an older build. */
const resolve = { conditions: ['source', 'module', 'browser', 'development|production'] }
// Vitest hands these to Node as flags too: 'import' among them would also hit require().
const forNode = {
  resolve: { conditions: ['source', 'node'] },
  ssr: { resolve: { conditions: ['source', 'node'], externalConditions: ['source'] } },
}

const storybook = 'packages/widgets/.storybook'
/** What of the SDK needs a real browser. */
const inBrowser = 'packages/sdk/src/{media,service-worker}/**/*.test.ts'
/** What of the widgets a server runs. */
const onServer = 'packages/widgets/src/**/on-server.test.ts'

const browser = () => ({
  enabled: true,
  headless: true,
  screenshotFailures: false,
  instances: [{ browser: 'chromium' as const }],
  provider: playwright({
    launchOptions: {
      executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
      args: [
        ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
        ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
        // A microphone that beeps, and calls between tabs of a machine without a network.
        ...['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--allow-loopback-in-peer-connection'],
        '--autoplay-policy=no-user-gesture-required',
      ],
    },
  }),
})

/** States are waited for, never times: a test that passes never waits as long as this, and a machine that does other things is no failure. */
const patience = { expect: { poll: { timeout: 30_000, interval: 20 } }, testTimeout: 180_000, hookTimeout: 180_000 }

/** One kind of test after the other (`groupOrder`): together they would fight for the processors and wait for each other. */
const projects: TestProjectConfiguration[] = [
  {
    ...forNode,
    test: {
      name: 'unit',
      sequence: { groupOrder: 0 },
      environment: 'node',
      include: ['packages/{sdk,platform}/{src,sandbox,test}/**/*.test.ts', onServer, 'scripts/**/*.test.ts', 'examples/*/**/*.test.ts'],
      exclude: [...configDefaults.exclude, inBrowser],
      globalSetup: 'packages/platform/test/server/global-setup.ts',
      // A test and its PostgreSQL take turns, and some wait for real seconds: three keep two processors busy.
      maxWorkers: 3,
      ...patience,
    },
  },
  {
    resolve,
    // What is found only when a test imports it makes Vite reload the page, and the test with it.
    optimizeDeps: { include: ['lit', 'lit/directives/repeat.js', 'ky', 'axe-core', '@lit/react', 'react', 'react-dom/client'] },
    test: {
      name: 'browser',
      sequence: { groupOrder: 1 },
      include: ['packages/widgets/src/**/*.test.ts', inBrowser],
      exclude: [...configDefaults.exclude, onServer],
      ...patience,
      testTimeout: 60_000,
      browser: browser(),
    },
  },
  {
    ...forNode,
    test: {
      name: 'e2e',
      sequence: { groupOrder: 3 },
      environment: 'node',
      include: ['packages/platform/test/e2e/**/*.e2e.ts'],
      globalSetup: 'packages/platform/test/e2e/build-first.ts',
      maxWorkers: 2, // each file starts whole platforms, and waits for them most of the time
      ...patience,
    },
  },
]

// Its plug-in starts Storybook when it is made: who asked for other projects should not wait for that.
const args = process.argv.join(' ')
if (existsSync(`${storybook}/main.ts`) && (!args.includes('--project') || args.includes('storybook'))) {
  projects.push({
    resolve,
    optimizeDeps: { include: ['lit', 'lit/directives/repeat.js', 'ky'] },
    plugins: [storybookTest({ configDir: storybook })],
    test: { name: 'storybook', sequence: { groupOrder: 2 }, ...patience, testTimeout: 60_000, browser: browser() },
  })
}

// Long: never without being asked for.
if (args.includes('soak')) {
  projects.push({
    ...forNode,
    test: {
      name: 'soak',
      environment: 'node',
      include: ['packages/platform/test/soak/**/*.soak.ts'],
      globalSetup: 'packages/platform/test/server/global-setup.ts',
      fileParallelism: false,
      hookTimeout: 60_000,
    },
  })
}

// What scripts/test.ts counts, and where it looks for what to run again.
const report = process.env['CONNECT_TEST_REPORT']

export default defineConfig({
  test: { projects, passWithNoTests: false, reporters: report === undefined ? ['default'] : ['default', new OutcomeReporter(report)] },
})
