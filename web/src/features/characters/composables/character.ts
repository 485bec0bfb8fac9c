import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { toValue, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import type { Character, CharacterItem } from '@/api/shapes'
import { useProblemText } from '@/lib/problem-text'
import { useToasts } from '@/lib/toasts'
import { changeCharacter, getCharacter, restoreCharacter, startConversation, trashCharacter } from '../characters.api'

export const characterKey = (id: string): string[] => ['character', id]

export const useCharacter = (id: MaybeRefOrGetter<string>) =>
  useQuery({ queryKey: ['character', id], queryFn: () => getCharacter(toValue(id)), enabled: () => toValue(id) !== '' })

/** What can be done to a character from anywhere; each tells what happened and offers the way back. */
export function useCharacterDeeds() {
  const { t } = useI18n()
  const queries = useQueryClient()
  const toasts = useToasts()
  const problem = useProblemText()
  const fail = (error: unknown): unknown => toasts.show(problem.line(error), { tone: 'bad' })

  const refresh = (): Promise<unknown> =>
    Promise.all(['characters', 'character', 'character-tags'].map((key) => queries.invalidateQueries({ queryKey: [key] })))

  const favourite = useMutation({
    mutationFn: ({ id, version, favourite: now }: Pick<CharacterItem, 'id' | 'version' | 'favourite'>) => changeCharacter(id, { version, favourite: !now }),
    onSuccess: (changed: Character) => {
      queries.setQueryData(characterKey(changed.id), changed)
      return queries.invalidateQueries({ queryKey: ['characters'] })
    },
    onError: fail,
  })
  const restore = useMutation({
    mutationFn: ({ id }: { id: string }) => restoreCharacter(id),
    onSuccess: async () => { await refresh(); toasts.show(t('characters.restored'), { tone: 'ok' }) },
    onError: fail,
  })
  const trash = useMutation({
    mutationFn: ({ id }: { id: string; name: string }) => trashCharacter(id),
    onSuccess: async (_none, { id, name }) => {
      toasts.show(t('characters.trashed', { name }), { action: { label: t('common.undo'), run: () => restore.mutate({ id }) } })
      await refresh()
    },
    onError: fail,
  })
  return { favourite, restore, trash, refresh }
}

/** Begin a chat with a character and go there. */
export function useOpenConversation() {
  const router = useRouter()
  const toasts = useToasts()
  const problem = useProblemText()
  const queries = useQueryClient()
  const opening = useMutation({
    mutationFn: ({ id, greeting }: { id: string; greeting?: number }) => startConversation(id, greeting),
    onSuccess: async (conversationId) => {
      void queries.invalidateQueries({ queryKey: ['conversations'] })
      await router.push({ name: 'chat', params: { conversationId } })
    },
    onError: (error) => toasts.show(problem.line(error), { tone: 'bad' }),
  })
  return { openConversation: (id: string, greeting?: number) => opening.mutateAsync({ id, greeting }).catch(() => undefined), opening: opening.isPending }
}
