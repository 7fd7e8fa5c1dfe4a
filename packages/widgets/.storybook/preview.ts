import type { Preview } from '@storybook/web-components-vite'

const grounds = { light: '#f6f8f7', dark: '#0d1311' }

const preview: Preview = {
  parameters: {
    a11y: { test: 'error' },
    controls: { expanded: true },
    layout: 'fullscreen',
  },
  initialGlobals: { scheme: 'light' },
  globalTypes: {
    scheme: {
      description: 'Light or dark',
      toolbar: {
        icon: 'mirror',
        items: [
          { value: 'light', title: 'Light' },
          { value: 'dark', title: 'Dark' },
        ],
        dynamicTitle: true,
      },
    },
  },
  decorators: [
    (story, { globals }) => {
      const scheme = globals['scheme'] === 'dark' ? 'dark' : 'light'
      const { style } = document.documentElement
      style.colorScheme = scheme
      document.body.style.background = grounds[scheme]
      return story()
    },
  ],
}

export default preview
