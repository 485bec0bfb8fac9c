import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Plugin, ResolvedConfig } from 'vite'

const worthIt = /\.(?:js|css|html|svg|json|webmanifest)$/
const bytesMin = 1024

/** Write `.br` and `.gz` beside every text asset, so that the server never compresses the same file twice. */
export function precompress(): Plugin {
  let config: ResolvedConfig
  return {
    name: 'precompress',
    apply: 'build',
    configResolved: (resolved) => void (config = resolved),
    closeBundle() {
      const folder = join(config.root, config.build.outDir)
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (worthIt.test(name)) compress(join(folder, name))
      }
    },
  }
}

function compress(path: string): void {
  const source = readFileSync(path)
  if (source.length < bytesMin) return
  writeFileSync(`${path}.br`, brotliCompressSync(source, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))
  writeFileSync(`${path}.gz`, gzipSync(source, { level: 9 }))
}
