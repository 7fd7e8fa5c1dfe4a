import { createComponent } from '@lit/react'
import type { LitElement } from 'lit'
import React from 'react'
import type { ConnectEventMap } from '../base/events.ts'
import { eventsAt, type EventAt } from './sent-events.ts'

type Pascal<Name extends string> = Name extends `${infer First}-${infer Rest}` ? `${Capitalize<First>}${Pascal<Rest>}` : Capitalize<Name>

/** `onIhcCallRequest` for `ihc-call-request`. */
type Handlers<Names extends keyof ConnectEventMap> = {
  [Name in Names as `on${Pascal<Name>}`]?: ((event: ConnectEventMap[Name]) => void) | undefined
}

/** What an element itself declares to be set. */
type Own<Widget> = Omit<Widget, keyof LitElement>

interface Attributes {
  /** `auto`: what the system has; otherwise the `color-scheme` of the page. */
  theme?: 'light' | 'dark' | 'auto' | undefined
}

interface FieldAttributes extends Attributes {
  /** The name of its value in a form around it. */
  name?: string | undefined
}

/** The props of an element's component: its properties, a handler for each event that can be heard at it, and what every HTML element takes. */
export type ConnectProps<Widget, Tag extends string> = Omit<React.HTMLAttributes<Widget>, keyof Own<Widget>> &
  Partial<Own<Widget>> &
  Handlers<EventAt<Tag>> &
  (Tag extends 'ihc-kyc-uploader' ? FieldAttributes : Attributes)

/** A React component that is one of the elements; `ref` gives the element itself. */
export type ConnectComponent<Widget, Tag extends string> = React.ForwardRefExoticComponent<
  ConnectProps<Widget, Tag> & React.RefAttributes<Widget>
>

const pascal = (name: string) => name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())

// On a server there is nothing to set, and React 18 would warn of it.
const useSetting = typeof document === 'undefined' ? React.useEffect : React.useLayoutEffect

/**
 * What `createComponent` leaves to be desired: it sets every property at each render, and so takes back what the user has chosen in an element
 * (a pack, a document); and it drops the clean-up function that a ref may answer since React 19. Here a property is set when it has changed,
 * and refs are left to React.
 */
function settingChanges<Widget extends HTMLElement>(Inner: React.ElementType, { elementProperties }: typeof LitElement) {
  return React.forwardRef<Widget, Record<string, unknown>>((props, ref) => {
    const element = React.useRef<Widget>(null)
    const set = React.useRef<Record<string, unknown>>({})
    const isOwn = ([name]: [string, unknown]) => elementProperties.has(name)
    const own = Object.fromEntries(Object.entries(props).filter(isOwn))
    const rest = Object.fromEntries(Object.entries(props).filter((prop) => !isOwn(prop)))
    React.useImperativeHandle<Widget | null, Widget | null>(ref, () => element.current, [])
    useSetting(() => {
      for (const name of Object.keys({ ...set.current, ...own }))
        if (element.current && !Object.is(set.current[name], own[name])) Reflect.set(element.current, name, own[name])
      set.current = own
    })
    return React.createElement(Inner, { ...rest, ref: element })
  })
}

/** Makes the component of an element that is registered. */
export function component<Widget extends LitElement, Tag extends string>(
  tagName: Tag,
  ownClass: new () => Widget,
): ConnectComponent<Widget, Tag> {
  const events = Object.fromEntries(eventsAt(tagName).map((name) => [`on${pascal(name)}`, name]))
  // Where a script tag has registered the element before, that class is the one with properties.
  const elementClass = (customElements.get(tagName) ?? ownClass) as typeof LitElement & (new () => Widget)
  const displayName = pascal(tagName)
  const made = settingChanges<Widget>(createComponent({ react: React, tagName, elementClass, events, displayName }), elementClass)
  return Object.assign(made, { displayName }) as ConnectComponent<Widget, Tag>
}
