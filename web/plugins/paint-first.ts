import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

const boot = new URL('../boot/boot.js', import.meta.url)

/**
 * Make the first paint need nothing but the HTML.
 *
 * The boot script and the whole stylesheet are inlined, and the module tags move behind the skeleton. The server
 * reads the hashes for its Content-Security-Policy from the finished page, so nothing here has to know them.
 */
export function paintFirst(): Plugin {
  return {
    name: 'paint-first',
    enforce: 'post',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        const page = html.replace('<!-- boot -->', () => `<script>${readFileSync(boot, 'utf8').trim()}</script>`)
        return bundle ? moduleTagsLast(stylesInline(page, bundle)) : page
      },
    },
  }
}

type Bundle = Record<string, { type: string; source?: string | Uint8Array }>

function stylesInline(html: string, bundle: Bundle): string {
  return html.replace(/\s*<link rel="stylesheet"[^>]*href="\/([^"]+)"[^>]*>/g, (tag, file: string) => {
    const asset = bundle[file]
    if (!asset?.source) return tag
    delete bundle[file]
    return `\n<style>${String(asset.source).trim()}</style>`
  })
}

function moduleTagsLast(html: string): string {
  const tags: string[] = []
  const rest = html.replace(/\s*<(?:script type="module"[^>]*><\/script>|link rel="modulepreload"[^>]*>)/g, (tag) => {
    tags.push(tag.trim())
    return ''
  })
  return rest.replace('</body>', () => `${tags.join('\n')}\n</body>`)
}
