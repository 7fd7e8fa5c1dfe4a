import { expect, it } from 'vitest'
import { spokenLanguages } from '@impacthub/sdk/contract'
import { bridge, hangUp } from './twiml.ts'

const plan = {
  calleePhone: '+919800000002',
  from: '+15005550006',
  ringSeconds: 30,
  limitSeconds: 600,
  statusUrl: 'https://connect.example/providers/twilio/calls/c/t/callee-status?a=1&b=2',
  afterUrl: 'https://connect.example/providers/twilio/calls/c/t/after',
}

it('rings the callee from the virtual number and joins the two for a limited time', () => {
  expect(bridge(plan)).toEqual({
    contentType: 'text/xml; charset=utf-8',
    body:
      '<?xml version="1.0" encoding="UTF-8"?><Response>' +
      '<Dial callerId="+15005550006" timeout="30" timeLimit="600" answerOnBridge="true" ' +
      'action="https://connect.example/providers/twilio/calls/c/t/after" method="POST">' +
      '<Number statusCallback="https://connect.example/providers/twilio/calls/c/t/callee-status?a=1&amp;b=2" ' +
      'statusCallbackEvent="initiated ringing answered completed" statusCallbackMethod="POST">+919800000002</Number>' +
      '</Dial></Response>',
  })
})

it('says the same each time it is asked', () => expect(bridge(plan)).toEqual(bridge({ ...plan })))

it('says a few words before it ends a call', () => {
  expect(hangUp({ text: 'बाद में & <फिर>', language: 'hi' }).body).toBe(
    '<?xml version="1.0" encoding="UTF-8"?><Response><Say language="hi-IN" voice="Google.hi-IN-Standard-A">बाद में &amp; &lt;फिर&gt;</Say><Hangup/></Response>',
  )
})

it('says nothing in a language that no voice speaks', () => {
  expect(hangUp({ text: 'nuqneH', language: 'tlh' }).body).toBe(hangUp().body)
})

it('ends a call', () => {
  expect(hangUp().body).toBe('<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>')
})

it.each(spokenLanguages)('has a voice that speaks %s', (language) => {
  expect(hangUp({ text: 'x', language }).body).toContain(`<Say language="${language}-IN"`)
})
