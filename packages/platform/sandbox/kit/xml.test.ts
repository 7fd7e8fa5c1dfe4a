import { describe, expect, it } from 'vitest'
import { XmlError, parseXml } from './xml.ts'

describe('parseXml', () => {
  it('reads elements, attributes of both quotes, text and nesting', () => {
    const root = parseXml(`<?xml version="1.0" encoding="UTF-8"?>
      <!-- a greeting --><Response><Dial timeout='5' callerId="+1 &amp; co"><Number url="/w?a=1&amp;b=2">+15005550006</Number></Dial><Hangup/></Response>
      <!-- the end -->`)
    expect(root.name).toBe('Response')
    expect(root.children.map((child) => child.name)).toEqual(['Dial', 'Hangup'])
    expect(root.children[0]?.attributes).toEqual({ timeout: '5', callerId: '+1 & co' })
    expect(root.children[0]?.children[0]).toEqual({ name: 'Number', attributes: { url: '/w?a=1&b=2' }, children: [], text: '+15005550006' })
  })

  it('resolves entities and character references, and leaves CDATA alone', () => {
    expect(parseXml('<a>&lt;&#65;&#x1F600;&gt;<![CDATA[<b>&amp;]]></a>').text).toBe('<A😀><b>&amp;')
  })

  it('keeps a name like __proto__ an ordinary attribute', () => {
    const { attributes } = parseXml('<a __proto__="x" constructor="y"/>')
    expect(Object.entries(attributes)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ])
  })

  const refused: [string, string][] = [
    ['nothing', ''],
    ['text only', 'hello'],
    ['a document type', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
    ['an unknown entity', '<a>&nbsp;</a>'],
    ['a stray ampersand', '<a>fish & chips</a>'],
    ['an unquoted attribute', '<a b=c/>'],
    ['an attribute given twice', '<a b="1" b="2"/>'],
    ['attributes not separated', '<a b="1"c="2"/>'],
    ['a wrong closing tag', '<a><b></a></b>'],
    ['an element left open', '<a><b/>'],
    ['an unfinished tag', '<a b="'],
    ['two roots', '<a/><b/>'],
    ['an unfinished comment', '<a><!-- </a>'],
    ['a control character', '<a>\u0000</a>'],
    ['a reference to a control character', '<a>&#0;</a>'],
    ['a reference beyond Unicode', '<a>&#x110000;</a>'],
    ['a half surrogate', '<a>\ud800</a>'],
    ['depth without end', '<a>'.repeat(40) + '</a>'.repeat(40)],
    ['elements without end', `<a>${'<b/>'.repeat(3_000)}</a>`],
  ]
  it.each(refused)('refuses %s', (_, source) => {
    expect(() => parseXml(source)).toThrow(XmlError)
  })
})
