import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, JsonRefused, parseStrictJson } from './strict-json.ts'

function refusal(source: string): { pointer: string; message: string } | undefined {
  try {
    parseStrictJson(source)
    return undefined
  } catch (error) {
    if (error instanceof JsonRefused) return { pointer: error.pointer, message: error.message }
    throw error
  }
}

const clean = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => text.isWellFormed() && !text.includes('\u0000'))
const key = clean.filter((text) => !['__proto__', 'constructor', 'prototype'].includes(text))
const value = fc.letrec((tie) => ({
  any: fc.oneof({ depthSize: 'small' }, fc.constant(null), fc.boolean(), fc.maxSafeInteger(), clean, tie('list'), tie('record')),
  list: fc.array(tie('any'), { maxLength: 6 }),
  record: fc.dictionary(key, tie('any'), { maxKeys: 6, noNullPrototype: true }),
})).any

/** The same string with every UTF-16 unit written as an escape. */
const inEscapes = (text: string): string =>
  `"${Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`

describe('what it takes', () => {
  it('is what JSON.parse takes, with the same value', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, '\t'), (given, space) => {
        const source = JSON.stringify(given, undefined, space)
        expect(parseStrictJson(source)).toEqual(JSON.parse(source))
      }),
    )
  })

  it('is never more than what JSON.parse takes', () => {
    const noise = fc.string({ unit: fc.constantFrom(...Array.from('{}[]",:\\0123456789.eE+-tfn u\n')), maxLength: 30 })
    fc.assert(
      fc.property(noise, (source) => {
        let expected: unknown
        let valid = true
        try {
          expected = JSON.parse(source)
        } catch {
          valid = false
        }
        if (refusal(source) === undefined) {
          expect(valid).toBe(true)
          expect(parseStrictJson(source)).toEqual(expected)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('finds a key given twice wherever it is and however it is spelled', () => {
    fc.assert(
      fc.property(key, value, value, fc.boolean(), (name, one, two, escaped) => {
        const plain = JSON.stringify(name)
        const spelled = escaped ? inEscapes(name) : plain
        expect(refusal(`[0,{"a":{${plain}:${JSON.stringify(one)},${spelled}:${JSON.stringify(two)}}}]`)?.message).toBe('is given twice')
      }),
    )
  })
})

it('keeps the same key in two objects apart', () => {
  expect(parseStrictJson('[{"a":1},{"a":{"a":2}}]')).toEqual([{ a: 1 }, { a: { a: 2 } }])
})

it.each(['__proto__', 'constructor', 'prototype', '\\u005f_proto__'])('refuses the key %s', (name) => {
  expect(refusal(`{"a":{"${name}":{"admin":true}}}`)?.message).toMatch(/field name/)
  expect(({} as { admin?: unknown }).admin).toBeUndefined()
})

it.each([
  ['NUL in a value', '{"a":"x\\u0000y"}', '/a'],
  ['NUL in a key', '{"x\\u0000y":1}', undefined],
  ['a lone surrogate', '{"a":["\\ud800"]}', '/a/0'],
  ['a lone surrogate at the end', '{"a":"\\udc00"}', '/a'],
])('refuses %s', (_, source, pointer) => {
  const found = refusal(source)
  expect(found).toBeDefined()
  if (pointer !== undefined) expect(found?.pointer).toBe(pointer)
})

it('takes a surrogate pair', () => expect(parseStrictJson('"\\ud83d\\ude00"')).toBe('😀'))

it('counts nesting to 16', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  expect(refusal(nested(16))).toBeUndefined()
  expect(refusal(nested(17))?.message).toMatch(/deeper than 16/)
  expect(refusal('{"a":'.repeat(17) + '1' + '}'.repeat(17))?.message).toMatch(/deeper than 16/)
})

it('counts items to 1,000 in each array by itself', () => {
  const items = (count: number) => `[${Array(count).fill('1').join(',')}]`
  expect(refusal(`[${items(1_000)},${items(1_000)}]`)).toBeUndefined()
  expect(refusal(`{"a":${items(1_001)}}`)).toMatchObject({ pointer: '/a', message: expect.stringMatching(/1000 items/) })
})

it('counts characters to 4,096', () => {
  expect(refusal(`{"a":"${'x'.repeat(4_096)}"}`)).toBeUndefined()
  expect(refusal(`{"a":"${'x'.repeat(4_097)}"}`)).toMatchObject({ pointer: '/a' })
  expect(refusal(`{"${'x'.repeat(4_097)}":1}`)).toBeDefined()
})

it.each(['9007199254740993', '-9007199254740992', '1e400', '1e-400', '0.99999999999999999', '1.00000000000000001', '4.9999999999999999e0'])(
  'refuses %s, which would be rounded',
  (number) => expect(refusal(`{"coins":${number}}`)).toEqual({ pointer: '/coins', message: 'is a number that cannot be held exactly' }),
)

it.each(['0', '-0', '9007199254740991', '1.5', '1e3', '0.000001', '123456789.125', '0e5'])('takes %s', (number) =>
  expect(parseStrictJson(number)).toBe(Number(number)),
)

it.each(['', ' ', '{', '{"a":1,}', "{'a':1}", '[1 2]', 'undefined', 'NaN', '01', '"\n"', '{"a":1}{}', '//x\n1'])(
  'refuses %j, which is no JSON',
  (source) => expect(refusal(source)).toEqual({ pointer: '', message: 'is not valid JSON' }),
)

it('escapes the names in its pointers', () => expect(refusal('{"a/b~c":{"d":1,"d":2}}')?.pointer).toBe('/a~1b~0c/d'))

it('writes the same value as the same text, whatever the order of its fields', () => {
  fc.assert(
    fc.property(fc.dictionary(key, value, { noNullPrototype: true }), (given) => {
      const turned = Object.fromEntries(Object.entries(given).reverse())
      expect(canonicalJson(turned)).toBe(canonicalJson(given))
      expect(JSON.parse(canonicalJson(given))).toEqual(JSON.parse(JSON.stringify(given)))
    }),
  )
  expect(canonicalJson({ b: 1, a: [undefined, { d: undefined, c: null }] })).not.toBe(canonicalJson({ b: 1, a: [] }))
})
