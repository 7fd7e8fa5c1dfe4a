/** One line of the table: a rate of ours beside the yardstick's in the same run. */
export interface Measurement {
  readonly name: string
  readonly unit: string
  readonly measured: number
  readonly yardstick: number
  /** `least`: measured ÷ yardstick should be at least this; `most`: at most. `value`: what is measured should be at most this, in its unit. */
  readonly target: { readonly least: number } | { readonly most: number } | { readonly value: number }
  readonly yardstickName: string
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [low, high] = sorted.length % 2 === 0 ? [sorted[middle - 1], sorted[middle]] : [sorted[middle], sorted[middle]]
  if (low === undefined || high === undefined) throw new Error('the median of nothing')
  return (low + high) / 2
}

export const ratioOf = ({ measured, yardstick }: Measurement): number => measured / yardstick

export function reached(measurement: Measurement): boolean {
  const { target, measured } = measurement
  if ('value' in target) return measured <= target.value
  const ratio = ratioOf(measurement)
  return 'least' in target ? ratio >= target.least : ratio <= target.most
}

function targetText({ target, unit }: Measurement): string {
  if ('value' in target) return `≤ ${target.value} ${unit}`
  return 'least' in target ? `≥ ${target.least}` : `≤ ${target.most}`
}

/** The table, its columns as wide as they need to be. */
export function tableOf(measurements: readonly Measurement[]): string {
  const number = (value: number) => value.toLocaleString('en-GB', { maximumFractionDigits: value < 100 ? 2 : 0 })
  const rows = measurements.map((one) => [
    one.name,
    `${number(one.measured)} ${one.unit}`,
    `${number(one.yardstick)} ${one.unit}`,
    one.yardstickName,
    ratioOf(one).toFixed(2),
    targetText(one),
    reached(one) ? 'reached' : 'MISSED',
  ])
  const table = [['what', 'measured', 'yardstick', 'yardstick is', 'ratio', 'target', ''], ...rows]
  const widths = table.reduce<number[]>((wide, row) => row.map((cell, column) => Math.max(cell.length, wide[column] ?? 0)), [])
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
