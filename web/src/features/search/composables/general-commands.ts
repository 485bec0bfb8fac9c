import { Languages, LogOut, Palette, Search } from '@lucide/vue'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { sections } from '@/features/settings/sections'
import { places, shelves } from '@/features/shell/places'
import { api } from '@/lib/api'
import { useCommands, type Command } from '@/lib/commands'
import { languages, type Language } from '@/lib/i18n'
import { themes, useLook } from '@/lib/look'
import { useSession } from '@/lib/session'

/** What can be done from anywhere: places, sections of the settings, theme, language, signing out. */
export function useGeneralCommands(): void {
  const { t } = useI18n()
  const look = useLook()
  const session = useSession()

  const going = computed<Command[]>(() => [
    ...places.map(({ name, icon, to }): Command => ({ id: `place:${name}`, group: 'place', label: t(`shell.place.${name}`), icon, to })),
    ...shelves.slice(1).map(({ name, icon }): Command => ({ id: `place:${name}`, group: 'place', label: t(`shell.shelf.${name}`), icon, to: { name } })),
    { id: 'place:search', group: 'place', label: t('shell.place.search'), icon: Search, to: { name: 'search' } },
  ])
  const settings = computed<Command[]>(() => sections.filter(({ ownersOnly }) => !ownersOnly || session.user?.role === 'owner').map(({ name, icon }) => ({
    id: `setting:${name}`, group: 'setting', label: t(`settings.section.${name}`), words: t('shell.place.settings'), icon, to: { name: 'settings', params: { section: name } },
  })))
  const looks = computed<Command[]>(() => [
    ...themes.map((theme): Command => ({ id: `theme:${theme}`, group: 'action', label: t('search.use_theme', { name: t(`shell.theme.${theme}`) }), icon: Palette, quiet: true, run: () => look.setTheme(theme) })),
    ...Object.entries(languages).map(([code, name]): Command => ({ id: `language:${code}`, group: 'action', label: t('search.use_language', { name }), words: 'language 语言', icon: Languages, quiet: true, run: () => look.setLanguage(code as Language) })),
  ])
  const leaving = computed<Command[]>(() => [{ id: 'sign-out', group: 'action', label: t('search.sign_out'), icon: LogOut, quiet: true, run: async () => { await api.POST('/api/auth/sign-out', {}); session.leave() } }])
  useCommands(computed(() => [...going.value, ...settings.value, ...looks.value, ...leaving.value]))
}
