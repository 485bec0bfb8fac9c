import { VitePWA } from 'vite-plugin-pwa'

/** What an installed app is: its name, its pictures, and what the system may hand to it. */
const manifest = {
  id: '/',
  name: 'TavernAI Plus',
  short_name: 'Tavern',
  description: 'Self-hosted role-play with AI characters',
  theme_color: '#faf8f5',
  background_color: '#faf8f5',
  display: 'standalone',
  start_url: '/',
  scope: '/',
  categories: ['entertainment', 'books'],
  icons: [
    { src: '/icon-192.png', sizes: '192x192', type: 'image/png' },
    { src: '/icon-512.png', sizes: '512x512', type: 'image/png' },
    { src: '/icon-maskable-192.png', sizes: '192x192', type: 'image/png', purpose: 'maskable' },
    { src: '/icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
    { src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' },
  ],
  shortcuts: [
    { name: 'Chats', url: '/chat', icons: [{ src: '/icon-192.png', sizes: '192x192' }] },
    { name: 'Characters', url: '/characters', icons: [{ src: '/icon-192.png', sizes: '192x192' }] },
  ],
  share_target: {
    action: '/share', method: 'POST', enctype: 'multipart/form-data',
    params: { files: [{ name: 'file', accept: ['image/png', 'application/json', '.png', '.json', '.charx'] }] },
  },
  file_handlers: [{ action: '/characters', accept: { 'image/png': ['.png'], 'application/json': ['.json'], 'application/zip': ['.charx'] } }],
  launch_handler: { client_mode: 'focus-existing' },
} as const

/** The service worker, with the list of files it keeps, and the manifest. Pictures of the app are kept by the system. */
export const installable = () => VitePWA({
  strategies: 'injectManifest',
  srcDir: 'src/sw',
  filename: 'sw.ts',
  registerType: 'prompt',
  injectRegister: null,
  manifest: manifest as never,
  // The manifest and its pictures come by themselves; a file that is named twice would stop the worker.
  injectManifest: { rollupFormat: 'iife', globPatterns: ['**/*.{js,css,html}'], globIgnores: ['sw.js'] },
})
