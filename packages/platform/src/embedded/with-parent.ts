import { pathToFileURL } from 'node:url'

// Runs the module named in the arguments, and ends when the process that started it is gone, however that died: its end of the pipe closes.
process.stdin
  .on('end', () => process.exit(0))
  .on('error', () => process.exit(0))
  .resume()
const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('which module?')
await import(pathToFileURL(file).href)
