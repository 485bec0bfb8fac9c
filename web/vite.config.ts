import { fileURLToPath } from 'node:url'
import vueI18n from '@intlify/unplugin-vue-i18n/vite'
import tailwindcss from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { paintFirst } from './plugins/paint-first'
import { precompress } from './plugins/precompress'

const server = process.env.TAVERNAI_URL ?? 'http://127.0.0.1:8000'
const doors = ['/api', '/v1', '/core', '/health']

export default defineConfig({
  plugins: [
    vue(),
    tailwindcss(),
    vueI18n({ include: ['src/locales/*/*.json'], strictMessage: false, runtimeOnly: true, dropMessageCompiler: true }),
    paintFirst(),
    precompress(),
  ],
  resolve: {
    alias: {
      '@': fileURLToPath(new URL('./src', import.meta.url)),
      '@sdk/streaming-client': fileURLToPath(new URL('../sdk/js/streaming-client/src/index.ts', import.meta.url)),
    },
    // The package lies outside web/: its one dependency is found among ours.
    dedupe: ['eventsource-parser'],
  },
  // One stylesheet, because it is inlined into the page: a second one would arrive after the paint.
  build: { target: 'es2022', cssCodeSplit: false },
  server: { proxy: Object.fromEntries(doors.map((path) => [path, { target: server, ws: true }])) },
  test: {
    environment: 'jsdom',
    globals: true,
    include: ['src/**/*.test.ts', 'plugins/**/*.test.ts'],
    setupFiles: ['src/testing/setup.ts'],
    css: false,
  },
})
