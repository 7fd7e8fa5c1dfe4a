import axe from 'axe-core'

/** Faults that a screen reader's user or a weak eye would meet, by rule; none is the aim. */
export async function accessibilityFaults(): Promise<string[]> {
  const { violations } = await axe.run(document.body, { resultTypes: ['violations'] })
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
}
