import type { Answer } from '../kit/listen.ts'
import { answer, refuse } from './api-error.ts'
import type { ApiRequest } from './api-request.ts'
import { asWritten, toE164 } from './phone-number.ts'
import type { World } from './world.ts'

const circles = [
  ['MU', 'Mumbai Metro'],
  ['DL', 'Delhi Metro'],
  ['KA', 'Karnataka Telecom Circle'],
  ['GJ', 'Gujarat Telecom Circle (includes Daman & Diu, Dadra & Nagar Haveli)'],
] as const
const operators = [
  ['AT', 'Airtel'],
  ['RJ', 'Reliance Jio'],
  ['VI', 'Vodafone Idea'],
] as const

/** `GET /Numbers/{number}`: made up, but always the same for the same number. */
export function fetchMetadata(world: World, { at: [written = ''], format }: ApiRequest): Answer {
  const number = toE164(written) ?? refuse('Invalid number: not a valid phone number')
  const digit = Number(number.at(-5))
  const [circle, circleName] = circles[digit % circles.length] ?? circles[0]
  const [operator, operatorName] = operators[digit % operators.length] ?? operators[0]
  const isIndian = number.startsWith('+91')
  const said = {
    PhoneNumber: asWritten(number),
    Circle: isIndian ? circle : null,
    CircleName: isIndian ? circleName : null,
    Type: isIndian && /^\+91[6-9]/.test(number) ? 'Mobile' : 'Landline',
    Operator: isIndian ? operator : null,
    OperatorName: isIndian ? operatorName : null,
    DND: world.dnd.has(number) ? 'Yes' : 'No',
  }
  return answer(format, 200, { Numbers: said })
}
