import { PDFiumModule } from '@hyzyla/pdfium'
import { refuse } from './refuse.ts'

/** PDFium's own functions, as far as they are used here: its wrapper hides why a document does not open, and cannot write one. */
interface Pdfium {
  readonly HEAPU8: Uint8Array
  readonly wasmExports: {
    readonly __indirect_function_table: WebAssembly.Table
    malloc(bytes: number): number
    free(at: number): void
  }
  _FPDF_InitLibraryWithConfig(config: object): void
  _FPDF_LoadMemDocument(at: number, bytes: number, password: number): number
  _FPDF_CloseDocument(document: number): void
  _FPDF_GetLastError(): number
  _FPDF_GetPageCount(document: number): number
  _FPDF_LoadPage(document: number, index: number): number
  _FPDF_ClosePage(page: number): void
  _FPDF_GetPageWidth(page: number): number
  _FPDF_GetPageHeight(page: number): number
  _FPDFBitmap_CreateEx(width: number, height: number, format: number, at: number, stride: number): number
  _FPDFBitmap_FillRect(bitmap: number, left: number, top: number, width: number, height: number, color: number): void
  _FPDFBitmap_GetBuffer(bitmap: number): number
  _FPDFBitmap_Destroy(bitmap: number): void
  _FPDF_RenderPageBitmap(
    bitmap: number,
    page: number,
    x: number,
    y: number,
    width: number,
    height: number,
    rotate: number,
    flags: number,
  ): void
  _FPDF_SaveAsCopy(document: number, file: number, flags: number): number
}

const errorPassword = 4
const errorSecurity = 5
const bgra = 4
const drawAnnotations = 0x01
const reverseByteOrder = 0x10
const removeSecurity = 3

/** `(i32, i32, i32) → i32` that calls what it is given: WebAssembly's tables take no function of JavaScript as it is. */
const bridge = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // the magic word, version 1
  ...[0x01, 0x08, 0x01, 0x60, 0x03, 0x7f, 0x7f, 0x7f, 0x01, 0x7f], // one type
  ...[0x02, 0x07, 0x01, 0x01, 0x65, 0x01, 0x66, 0x00, 0x00], // import "e" "f"
  ...[0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00], // export it again as "f"
)

let loaded: Promise<Pdfium> | undefined

async function load(): Promise<Pdfium> {
  // The package types only what its wrapper calls; the functions above are PDFium's public interface.
  const pdfium = (await PDFiumModule({})) as unknown as Pdfium
  pdfium._FPDF_InitLibraryWithConfig({ version: 2, m_pIsolate: null, m_pUserFontPaths: null, m_v8EmbedderSlot: 0, m_pPlatform: null })
  return pdfium
}

export interface OpenPdf {
  readonly pages: number
  /** The whole document written anew: unlocked, every name in its plain form, every object outside compressed streams. */
  rewritten(): Buffer
  /** RGBA, with the longer edge of so many pixels. */
  drawn(index: number, longEdge: number): { readonly pixels: Buffer; readonly width: number; readonly height: number }
}

/** Opens a PDF for as long as `use` takes. */
export async function withPdf<T>(bytes: Uint8Array, password: string | undefined, use: (pdf: OpenPdf) => Promise<T>): Promise<T> {
  const pdfium = await (loaded ??= load())
  const at = place(pdfium, bytes)
  const word = password === undefined ? 0 : place(pdfium, Buffer.from(`${password}\0`))
  const document = pdfium._FPDF_LoadMemDocument(at, bytes.length, word)
  const error = document === 0 ? pdfium._FPDF_GetLastError() : 0
  if (word !== 0) {
    pdfium.HEAPU8.fill(0, word, word + Buffer.byteLength(password ?? ''))
    pdfium.wasmExports.free(word)
  }
  try {
    if (document === 0) refuse(whyNot(error, password))
    return await use({
      pages: pdfium._FPDF_GetPageCount(document),
      rewritten: () => rewrite(pdfium, document),
      drawn: (index, longEdge) => drawPage(pdfium, document, index, longEdge),
    })
  } finally {
    if (document !== 0) pdfium._FPDF_CloseDocument(document)
    pdfium.wasmExports.free(at)
  }
}

function whyNot(error: number, password: string | undefined) {
  if (error === errorPassword) return password === undefined ? 'pdf_password_required' : 'pdf_password_wrong'
  return error === errorSecurity ? 'pdf_refused' : 'image_unreadable'
}

function place({ wasmExports, HEAPU8 }: Pdfium, bytes: Uint8Array): number {
  const at = wasmExports.malloc(bytes.length)
  if (at === 0) throw new RangeError('out of memory')
  HEAPU8.set(bytes, at)
  return at
}

/**
 * PDFium hands what it writes to a function in its table, whose slots are all taken but the first, the one of null pointers:
 * ours stands there for as long as the writing takes.
 */
function rewrite(pdfium: Pdfium, document: number): Buffer {
  const parts: Buffer[] = []
  const write = (_file: number, at: number, size: number): number => {
    parts.push(Buffer.from(pdfium.HEAPU8.slice(at, at + size)))
    return 1
  }
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bridge), { e: { f: write } })
  const table = pdfium.wasmExports.__indirect_function_table
  // FPDF_FILEWRITE: version 1, and which slot.
  const file = place(pdfium, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0))
  table.set(0, exports['f'])
  try {
    if (pdfium._FPDF_SaveAsCopy(document, file, removeSecurity) === 0) refuse('pdf_refused')
  } finally {
    table.set(0, null)
    pdfium.wasmExports.free(file)
  }
  return Buffer.concat(parts)
}

function drawPage(pdfium: Pdfium, document: number, index: number, longEdge: number) {
  const page = pdfium._FPDF_LoadPage(document, index)
  if (page === 0) return refuse('image_unreadable')
  try {
    const [wide, high] = [pdfium._FPDF_GetPageWidth(page), pdfium._FPDF_GetPageHeight(page)]
    if (!(wide > 0 && high > 0)) return refuse('image_unreadable')
    const scale = longEdge / Math.max(wide, high)
    const [width, height] = [Math.max(1, Math.round(wide * scale)), Math.max(1, Math.round(high * scale))]
    const bitmap = pdfium._FPDFBitmap_CreateEx(width, height, bgra, 0, width * 4)
    if (bitmap === 0) throw new RangeError('out of memory')
    try {
      pdfium._FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xffffffff)
      pdfium._FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, drawAnnotations | reverseByteOrder)
      const at = pdfium._FPDFBitmap_GetBuffer(bitmap)
      return { pixels: Buffer.from(pdfium.HEAPU8.slice(at, at + width * height * 4)), width, height }
    } finally {
      pdfium._FPDFBitmap_Destroy(bitmap)
    }
  } finally {
    pdfium._FPDF_ClosePage(page)
  }
}
