/** A name as a part of a text: one that runs from right to left keeps its own order, and leaves the numbers around it alone. */
export const isolated = (name: string): string => (/[\u0590-\u08ff]/.test(name) ? `\u2068${name}\u2069` : name)
