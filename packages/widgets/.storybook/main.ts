import type { StorybookConfig } from '@storybook/web-components-vite'

const config: StorybookConfig = {
  framework: '@storybook/web-components-vite',
  stories: ['../src/**/*.stories.ts'],
  addons: ['@storybook/addon-docs', '@storybook/addon-a11y', '@storybook/addon-vitest'],
  core: { disableTelemetry: true, disableWhatsNewNotifications: true },
  // The packages run from their sources, as everywhere in this repository.
  viteFinal: (vite) => ({ ...vite, resolve: { ...vite.resolve, conditions: ['source', 'module', 'browser', 'development|production'] } }),
}

export default config
