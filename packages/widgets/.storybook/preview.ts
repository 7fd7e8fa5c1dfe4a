import type { Preview } from '@storybook/web-components-vite'
import { html } from 'lit'

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
  tags: ['autodocs'],
  decorators: [
    (story, { globals }) => {
      const scheme = globals['scheme'] === 'dark' ? 'dark' : 'light'
      return html`<div style="min-height: 100%; background: ${grounds[scheme]}; color-scheme: ${scheme}">${story()}</div>`
    },
  ],
}

export default preview
