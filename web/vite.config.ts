import { fileURLToPath } from 'node:url'
import vueI18n from '@intlify/unplugin-vue-i18n/vite'
import tailwindcss from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { installable } from './plugins/installable.ts'
import { paintFirst } from './plugins/paint-first.ts'
import { precompress } from './plugins/precompress.ts'

const server = process.env.TAVERNAI_URL ?? 'http://127.0.0.1:8000'
const doors = ['/api', '/v1', '/core', '/health']

/** A few chunks instead of one per shared component: a page is a dozen requests. Views and languages stay apart. */
const chunks = [
  { name: 'vue', test: /node_modules\/(@vue|vue|vue-router|pinia|vue-i18n|@intlify|@tanstack\/(vue-query|query-core))\// },
  { name: 'text', test: /node_modules\/(markdown-it|dompurify|linkify-it|mdurl|uc\.micro|entities)|src\/lib\/(markdown|incremental|mend|quotes)/ },
  { name: 'ui', test: /src\/(ui|lib)\/(?!.*(NumberField|TagsInput|VirtualGrid))|node_modules\/(reka-ui|@floating-ui|@vueuse|@lucide)\//, minShareCount: 2 },
  // What areas share with each other, most of it below a kilobyte.
  { name: 'shared', test: /src\/(features\/(?!.*\/views\/)|api\/|router\/)|node_modules\/@lucide\//, minShareCount: 2 },
]

export default defineConfig({
  plugins: [
    vue(),
    tailwindcss(),
    vueI18n({ include: ['src/locales/*/*.json'], strictMessage: false, runtimeOnly: true, dropMessageCompiler: true }),
    paintFirst(),
    installable(),
    precompress(),
  ],
  // The i18n plugin leaves this one open, and 5 KB of developer tools with it.
  define: { __INTLIFY_PROD_DEVTOOLS__: false },
  resolve: {
    alias: {
      '@': fileURLToPath(new URL('./src', import.meta.url)),
      '@sdk/streaming-client': fileURLToPath(new URL('../sdk/js/streaming-client/src/index.ts', import.meta.url)),
    },
    // The package lies outside web/: its one dependency is found among ours.
    dedupe: ['eventsource-parser'],
  },
  // One stylesheet, because it is inlined into the page: a second one would arrive after the paint.
  build: { target: 'es2022', cssCodeSplit: false, rolldownOptions: { output: { codeSplitting: { groups: chunks } } } },
  server: { proxy: Object.fromEntries(doors.map((path) => [path, { target: server, ws: true }])) },
  test: {
    environment: 'jsdom',
    globals: true,
    include: ['src/**/*.test.ts', 'plugins/**/*.test.ts'],
    setupFiles: ['src/testing/setup.ts'],
    css: false,
    testTimeout: 30_000,
  },
})
