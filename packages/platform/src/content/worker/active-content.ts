/** Names by which a PDF does more than show pages. Links to web addresses and signatures are not among them. */
const active =
  /\/(?:JavaScript|JS|Launch|EmbeddedFiles?|FileAttachment|RichMedia(?:Content|Settings|Execute)?|XFA|GoToE|ImportData|SubmitForm|Rendition|Movie|Sound|3D)(?![^\s()<>[\]{}/%])/

/** The text of a PDF without the bodies of its streams, in which anything may stand by chance. */
function outsideStreams(pdf: string): string {
  const parts: string[] = []
  let from = 0
  for (;;) {
    const start = />>\s*stream\r?\n/g
    start.lastIndex = from
    const found = start.exec(pdf)
    if (found === null) break
    parts.push(pdf.slice(from, found.index + 2))
    const body = start.lastIndex
    const length = Number(
      /\/Length (\d+)(?! \d+ R)(?!.*\/Length )/s.exec(pdf.slice(Math.max(from, found.index - 2_048), found.index))?.[1] ?? 0,
    )
    const end = pdf.indexOf('endstream', body + length)
    if (end < 0) break
    from = end
  }
  parts.push(pdf.slice(from))
  return parts.join('\n')
}

/** Whether a PDF that PDFium has written anew holds scripts, attachments, programs to start or forms that act. */
export const isActive = (rewritten: Buffer): boolean => active.test(outsideStreams(rewritten.toString('latin1')))
