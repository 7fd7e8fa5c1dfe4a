import { expect, it } from 'vitest'
import { mailKeys } from './mail.ts'

const keyOf = (email: string) => mailKeys(email)?.key

it.each([
  ['Asha.Rao@Gmail.com', 'asharao@gmail.com'],
  [' a.s.h.a.rao+talk@googlemail.com ', 'asharao@gmail.com'],
  ['ASHARAO@GMAIL.COM', 'asharao@gmail.com'],
  ['asha+1@outlook.com', 'asha@outlook.com'],
  ['as.ha@outlook.com', 'as.ha@outlook.com'],
  ['asha@hotmail.com', 'asha@hotmail.com'],
  ['asha-shop@yahoo.co.in', 'asha@yahoo.co.in'],
  ['asha+shop@yahoo.com', 'asha+shop@yahoo.com'],
  ['asha+x@me.com', 'asha@icloud.com'],
  ['a.sha+x@pm.me', 'asha@proton.me'],
  ['asha+x@protonmail.com', 'asha@proton.me'],
  ['asha+x@fastmail.com', 'asha@fastmail.com'],
  ['anything@asha.fastmail.com', 'asha@fastmail.com'],
  ['asha+x@zohomail.in', 'asha@zohomail.in'],
  ['asha+x@ya.ru', 'asha@yandex.com'],
  ['asha+x@rediffmail.com', 'asha@rediffmail.com'],
  ['asha+x@school.example', 'asha+x@school.example'],
  ['a.sha@school.example', 'a.sha@school.example'],
  ['asha@bücher.example', 'asha@xn--bcher-kva.example'],
  ['asha@school.example.', 'asha@school.example'],
  ['ａｓｈａ@gmail.com', 'asha@gmail.com'],
  ['+tag@gmail.com', '+tag@gmail.com'],
])('knows %s as %s', (typed, key) => {
  expect(keyOf(typed)).toBe(key)
})

it.each(['', '@gmail.com', 'asha', 'asha@', 'asha@exa mple.com', 'asha@[::1'])('finds no mailbox in %j', (typed) => {
  expect(mailKeys(typed)).toBeUndefined()
})

it('collapses what providers that say nothing may take for one mailbox, and keeps it apart from what is sure', () => {
  const [one, other] = [mailKeys('a.sha+1@school.example'), mailKeys('asha+2@school.example')]
  expect(one?.collapsed).toBe(other?.collapsed)
  expect(one?.key).not.toBe(other?.key)
  expect(mailKeys('asha@other.example')?.collapsed).not.toBe(one?.collapsed)
})

it('finds the name that a script counts up', () => {
  expect(mailKeys('asha01@gmail.com')?.stem).toBe('asha@gmail.com')
  expect(mailKeys('asha.0002@gmail.com')?.stem).toBe('asha@gmail.com')
  expect(mailKeys('99x@gmail.com')?.stem).toBeNull()
})
