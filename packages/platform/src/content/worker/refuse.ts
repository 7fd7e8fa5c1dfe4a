import { ContentRefused, type ContentProblem } from '../port.ts'

export const refuse = (code: ContentProblem): never => {
  throw new ContentRefused(code)
}
