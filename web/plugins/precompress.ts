import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Plugin, ResolvedConfig } from 'vite'

const worthIt = /\.(?:js|css|html|svg|json|webmanifest)$/
const bytesMin = 1024

/** Write `.br` and `.gz` beside every text asset, so that the server never compresses the same file twice. */
export function precompress(): Plugin {
  let config: ResolvedConfig
  return {
    name: 'precompress',
    enforce: 'post',
    apply: 'build',
    configResolved: (resolved) => void (config = resolved),
    // After the service worker was written: it comes over the line as well.
    closeBundle: {
      order: 'post',
      sequential: true,
      handler() {
        const folder = resolve(config.root, config.build.outDir)
        for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
          if (worthIt.test(name)) compress(join(folder, name))
        }
      },
    },
  }
}

function compress(path: string): void {
  const source = readFileSync(path)
  if (source.length < bytesMin) return
  writeFileSync(`${path}.br`, brotliCompressSync(source, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))
  writeFileSync(`${path}.gz`, gzipSync(source, { level: 9 }))
}
