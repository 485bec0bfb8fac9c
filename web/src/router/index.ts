import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { guard } from './guard'

declare module 'vue-router' {
  interface RouteMeta {
    /** Which entry of the rail is lit; also the key of the page's title in `shell.place`. */
    place: 'chat' | 'characters' | 'search' | 'connections' | 'settings' | 'setup' | 'login' | 'missing' | 'home'
    /** The view names the page itself. */
    ownTitle?: boolean
    /** A shelf of the story's things: the line of shelves stands above it. */
    shelf?: boolean
    /** Reachable without a session. */
    open?: boolean
    /** The view brings its own panes and scrolling. */
    fills?: boolean
  }
}

const chat = { component: () => import('@/features/chat/views/ChatView.vue'), meta: { place: 'chat', fills: true, ownTitle: true } } as const

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'home', component: () => import('@/features/shell/views/HomeView.vue'), meta: { place: 'home' } },
  { path: '/setup', name: 'setup', component: () => import('@/features/setup/views/SetupView.vue'), meta: { place: 'setup', open: true } },
  { path: '/login', name: 'login', component: () => import('@/features/auth/views/LoginView.vue'), meta: { place: 'login', open: true } },
  { path: '/chat', name: 'chats', ...chat },
  { path: '/chat/:conversationId', name: 'chat', ...chat },
  { path: '/chat/:conversationId/m/:messageId', name: 'message', ...chat },
  { path: '/characters', name: 'characters', component: () => import('@/features/characters/views/GalleryView.vue'), meta: { place: 'characters', shelf: true } },
  { path: '/characters/duplicates', name: 'duplicates', component: () => import('@/features/characters/views/DuplicatesView.vue'), meta: { place: 'characters', ownTitle: true } },
  { path: '/characters/:id', name: 'character', component: () => import('@/features/characters/views/CharacterView.vue'), props: true, meta: { place: 'characters', ownTitle: true } },
  { path: '/characters/:id/edit', name: 'character-edit', component: () => import('@/features/characters/views/EditView.vue'), props: true, meta: { place: 'characters', ownTitle: true } },
  { path: '/search', name: 'search', component: () => import('@/features/search/views/SearchView.vue'), meta: { place: 'search' } },
  { path: '/personas', name: 'personas', component: () => import('@/features/personas/views/PersonasView.vue'), meta: { place: 'characters', ownTitle: true, shelf: true } },
  { path: '/groups', name: 'groups', component: () => import('@/features/groups/views/GroupsView.vue'), meta: { place: 'characters', ownTitle: true, shelf: true } },
  { path: '/groups/:id', name: 'group', component: () => import('@/features/groups/views/GroupView.vue'), props: true, meta: { place: 'characters', ownTitle: true } },
  { path: '/worlds', name: 'worlds', component: () => import('@/features/worlds/views/WorldsView.vue'), meta: { place: 'characters', ownTitle: true, shelf: true } },
  { path: '/worlds/:id', name: 'world', component: () => import('@/features/worlds/views/WorldView.vue'), props: true, meta: { place: 'characters', ownTitle: true, fills: true } },
  { path: '/import', name: 'imports', component: () => import('@/features/import/views/ImportView.vue'), meta: { place: 'characters', ownTitle: true } },
  { path: '/import/:id', name: 'import', component: () => import('@/features/import/views/ImportView.vue'), props: true, meta: { place: 'characters', ownTitle: true } },
  { path: '/presets', name: 'presets', component: () => import('@/features/presets/views/PresetsView.vue'), meta: { place: 'characters', ownTitle: true, shelf: true } },
  { path: '/presets/:id', name: 'preset', component: () => import('@/features/presets/views/PresetView.vue'), props: true, meta: { place: 'characters', ownTitle: true, fills: true } },
  { path: '/connections', name: 'connections', component: () => import('@/features/connections/views/ConnectionsView.vue'), meta: { place: 'connections' } },
  { path: '/settings/:section?', name: 'settings', component: () => import('@/features/settings/views/SettingsView.vue'), props: true, meta: { place: 'settings' } },
  { path: '/:missing(.*)*', name: 'missing', component: () => import('@/features/shell/views/MissingView.vue'), meta: { place: 'missing', open: true } },
]

export const router = createRouter({ history: createWebHistory(), routes })
router.beforeEach(guard)
