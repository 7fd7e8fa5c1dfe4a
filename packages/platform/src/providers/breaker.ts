/**
 * Leaves a provider alone that does not answer: without it, each request to one that is down waits for its whole time limit, and the work
 * for everybody else behind it.
 */
export interface Breaker {
  /** Runs the request, or fails at once, having sent nothing. `failed` tells an answer that shows the provider to be in trouble. */
  run<T>(request: () => Promise<T>, failed: (answer: T) => boolean): Promise<T>
  /** Whether a request would be held back now. */
  isResting(): boolean
}

const mostFailures = 5
const restMs = 5_000

/**
 * Opens after five failures in a row. After a rest one request goes through as a trial, and its outcome decides. `heldBack` says what a
 * request comes to that was not sent.
 */
export function createBreaker(now: () => Date, heldBack: () => Error): Breaker {
  let failures = 0
  let restsUntil = 0
  let onTrial = false

  const note = (bad: boolean): void => {
    onTrial = false
    failures = bad ? failures + 1 : 0
    if (failures >= mostFailures) restsUntil = now().getTime() + restMs
  }

  const isResting = (): boolean => failures >= mostFailures && (onTrial || now().getTime() < restsUntil)

  return {
    isResting,
    async run(request, failed) {
      if (isResting()) throw heldBack()
      onTrial = failures >= mostFailures
      try {
        const answer = await request()
        note(failed(answer))
        return answer
      } catch (error) {
        note(true)
        throw error
      }
    },
  }
}

/** For where nothing shall be held back. */
export const noBreaker: Breaker = { run: (request) => request(), isResting: () => false }
