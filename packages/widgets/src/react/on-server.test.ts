import { createElement, lazy, Suspense } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, it } from 'vitest'
import * as classes from '../index.ts'
import { serverHtml, serverPage } from '../testing/react-page.ts'
import * as components from './index.ts'

it('has a component for each element', () => {
  expect(Object.keys(components).sort()).toEqual(Object.keys(classes).sort())
})

it('renders on a server, where elements do nothing yet', () => {
  expect(renderToString(serverPage)).toBe(serverHtml)
})

it('leaves a place for what is loaded later', () => {
  const Wallet = lazy(() => import('./wallet.ts'))
  const html = renderToString(createElement(Suspense, { fallback: 'One moment' }, createElement(Wallet)))
  expect(html).toContain('One moment')
  expect(html).not.toContain('ihc-wallet')
})
